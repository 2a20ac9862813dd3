import { closeSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openLog, rotateLog } from '../../src/dev/parts/log-file.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';

const folder = useTemporaryFolder();

test('a file that has grown is kept once, and who writes there goes on at its new beginning', () => {
  const path = join(folder, 'worker.log');
  const log = openLog(path);
  writeSync(log, 'before\n'.repeat(10));
  expect(rotateLog(path, 100)).toBe(false);
  expect(rotateLog(path, 10)).toBe(true);
  writeSync(log, 'after\n');
  closeSync(log);
  expect(readFileSync(path, 'utf8')).toBe('after\n');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('before\n'.repeat(10));
});
