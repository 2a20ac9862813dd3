import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const check = (file: string): number | null =>
  spawnSync(process.execPath, ['scripts/env-example.mjs', '--check', file], { cwd: root }).status;

test('.env.example says what the table of variables says', () => {
  expect(check('.env.example')).toBe(0);
});

test('a line less in it is noticed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-env-'));
  const stale = join(folder, '.env.example');
  writeFileSync(stale, readFileSync(join(root, '.env.example'), 'utf8').replace('#LOG_LEVEL=info\n', ''));
  expect(check(stale)).toBe(1);
  rmSync(folder, { recursive: true });
});
