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
  moduleNameMapper: {
    '^curve25519-js$': '<rootDir>/tests/harness/curve25519.cjs',
    '^whatsapp-rust-bridge$': '<rootDir>/tests/harness/whatsapp-rust-bridge.cjs',
  },
  setupFiles: ['<rootDir>/tests/harness/unref-long-timers.ts'],
  testTimeout: 30_000,
  // As many as the smallest machine has cores: with more, journeys that start processes keep each other waiting.
  maxWorkers: 2,
};
