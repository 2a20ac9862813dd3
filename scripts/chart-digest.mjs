import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Of every file of the chart and its name: rendered files that belong to another chart are noticed by it. */
export function chartDigest(chart) {
  const hash = createHash('sha256');
  const files = readdirSync(chart, { recursive: true, encoding: 'utf8' }).sort();
  for (const file of files.filter((name) => statSync(join(chart, name)).isFile()))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(chart, file)))
      .update('\0');
  return hash.digest('hex');
}
