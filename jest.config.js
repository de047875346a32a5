/** Tests are TypeScript run as it is, by Node. */
export default {
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  transform: {},
  testEnvironment: '<rootDir>/tests/harness/jest/environment.js',
  runtime: '<rootDir>/tests/harness/jest/runtime.ts',
  testSequencer: '<rootDir>/tests/harness/jest/sequencer.js',
  globalSetup: '<rootDir>/tests/harness/jest/global-setup.ts',
  globalTeardown: '<rootDir>/tests/harness/jest/global-teardown.ts',
  testTimeout: 30_000,
  // One more than the smallest machine has cores: many journeys wait for processes and time-outs.
  maxWorkers: 3,
  // Node frees the heap of a worker that has ended: on a busy machine that takes longer than half a second, Jest's own patience.
  workerGracefulExitTimeout: 10_000,
};
