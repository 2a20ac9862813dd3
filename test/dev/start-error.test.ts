import { sentenceFor } from '../../src/dev/start-error.js';

test.each([
  ['PostgreSQL', 'PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device'],
  [
    'initdb',
    'FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes\nHINT:  Check free disk space.',
  ],
  ['SQLite', 'database or disk is full (13)'],
  ['Node', "ENOSPC: no space left on device, write '/home/ada/.sluice/secrets.json'"],
])('what %s says of a full disk becomes one sentence', (_who, output) => {
  expect(sentenceFor(output, '/home/ada/.sluice')).toBe(
    'The disk that holds /home/ada/.sluice is full: free some space and start again.',
  );
});

test('any other failure keeps its own words', () => {
  expect(sentenceFor('FATAL: could not bind the address', '/home/ada/.sluice')).toBeUndefined();
});
