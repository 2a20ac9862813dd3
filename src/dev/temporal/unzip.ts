import { createReadStream, createWriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

/** What of the zip format is read: names, sizes and places from the central directory; stored and deflated entries. */
const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packedBytes: number;
  readonly offset: number;
}

export class BadZipError extends Error {
  override readonly name = 'BadZipError';
}

/** Writes the one entry whose name `matches` to `target`, as a stream: these files are larger than what we want in memory. */
export async function unzipEntry(
  archive: string,
  matches: (name: string) => boolean,
  target: string,
): Promise<void> {
  const file = await open(archive, 'r');
  let start: number;
  let entry: Entry | undefined;
  try {
    entry = (await entriesOf(file)).find((candidate) => matches(candidate.name));
    if (entry === undefined) throw new BadZipError(`${archive} does not hold the file that was looked for`);
    start = await contentStart(file, entry);
  } finally {
    await file.close();
  }
  const packed = createReadStream(archive, { start, end: start + entry.packedBytes - 1 });
  const out = createWriteStream(target, { mode: 0o755 });
  if (entry.method === STORED) await pipeline(packed, out);
  else if (entry.method === DEFLATED) await pipeline(packed, createInflateRaw(), out);
  else throw new BadZipError(`${entry.name} is packed by method ${entry.method}`);
}

async function entriesOf(file: FileHandle): Promise<Entry[]> {
  const { size } = await file.stat();
  const tail = await read(file, Math.max(0, size - END_BYTES - LONGEST_COMMENT), size);
  let at = tail.length - END_BYTES;
  while (at >= 0 && tail.readUInt32LE(at) !== END_SIGNATURE) at -= 1;
  if (at < 0) throw new BadZipError('the archive has no end record');
  const start = tail.readUInt32LE(at + 16);
  const directory = await read(file, start, start + tail.readUInt32LE(at + 12));
  return parseDirectory(directory, tail.readUInt16LE(at + 10));
}

function parseDirectory(directory: Buffer, count: number): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + ENTRY_BYTES > directory.length || directory.readUInt32LE(at) !== ENTRY_SIGNATURE)
      throw new BadZipError('the directory of the archive is damaged');
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes),
      method: directory.readUInt16LE(at + 10),
      packedBytes: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** The local header repeats the name and may carry another extra field than the directory's. */
async function contentStart(file: FileHandle, entry: Entry): Promise<number> {
  const header = await read(file, entry.offset, entry.offset + LOCAL_BYTES);
  if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL_SIGNATURE)
    throw new BadZipError(`the entry ${entry.name} is damaged`);
  return entry.offset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function read(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  return buffer.subarray(0, bytesRead);
}
