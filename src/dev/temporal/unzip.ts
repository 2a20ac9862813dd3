import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { openPromise, type ZipFile } from 'yauzl';

export class BadZipError extends Error {
  override readonly name = 'BadZipError';
}

/** Writes the one entry whose name `matches` to `target`, as a stream. These files are larger than what we want in memory. */
export async function unzipEntry(
  archive: string,
  matches: (name: string) => boolean,
  target: string,
): Promise<void> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(archive, { autoClose: false });
    for await (const entry of zip.eachEntry()) {
      if (!matches(entry.fileName)) continue;
      return await pipeline(
        await zip.openReadStreamPromise(entry),
        createWriteStream(target, { mode: 0o755 }),
      );
    }
  } catch (cause) {
    throw new BadZipError(`${archive} cannot be unpacked`, { cause });
  } finally {
    zip?.close();
  }
  throw new BadZipError(`${archive} does not hold the file that was looked for`);
}
