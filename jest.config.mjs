/** Strict ESM: the same module semantics as in production, so `node --experimental-vm-modules` (scripts/test.mjs). */
const config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/test/**/*.test.tsx'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', importSource: 'preact' } },
        },
      },
    ],
  },
  // Our imports end in .js and mean a .ts file. A real .js comes first, so packages keep their own files.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts', '$1.tsx'] },
  setupFiles: ['<rootDir>/test/support/unfollowed-promises.mjs'],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  // Longer than a few waits one after the other on a slow machine: a time-out is no proof of a fault, and costs nothing.
  testTimeout: 180_000,
  // Two processors are a third idle with two workers: many tests wait for a process, a page or a retry.
  maxWorkers: 3,
  // A worker keeps the modules of each finished file: about 20 MB of heap for a file of the API. Collecting gigabytes
  // stops it, and activities need their heartbeats.
  workerIdleMemoryLimit: '600MB',
};

export default config;
