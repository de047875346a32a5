/** Tests are TypeScript run as it is: swc only strips the types, as Node itself does. */
export default {
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'esnext', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testEnvironment: '<rootDir>/tests/harness/jest-environment.js',
  moduleNameMapper: { '^curve25519-js$': '<rootDir>/tests/harness/curve25519.cjs' },
  setupFiles: ['<rootDir>/tests/harness/unref-long-timers.ts'],
  testTimeout: 30_000,
  // One more than the smallest machine has cores: the journeys wait as long as they work.
  maxWorkers: 3,
};
