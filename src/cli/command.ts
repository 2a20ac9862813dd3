import { readFile } from 'node:fs/promises';
import type { Context } from './context.js';
import { UsageError } from './cli-error.js';

export interface OptionSpec {
  /** As commander reads it: `--from <time>`, `--yes`. */
  readonly flags: string;
  readonly about: string;
  /** Offered by the completion; the API says what is allowed. */
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly many?: true;
  readonly standard?: string;
}

/** A row of the table that the program, its help and its completion are made of. */
export interface CommandSpec {
  /** Noun and verb: `session start`. */
  readonly name: string;
  readonly about: string;
  /** `<id...>` runs the command for each id; `-` reads them from stdin. */
  readonly args?: readonly string[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly string[];
  /**
   * `sends`: `--dry-run` shows the request instead of sending it. `previews`: the API itself answers `--dry-run`. `local`:
   * no API is asked. Left out: it only reads.
   */
  readonly kind?: 'sends' | 'previews' | 'local';
  run(context: Context, args: readonly string[], given: Given): Promise<void>;
}

/** The options of the command line, by their camel-case names. */
export class Given {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** Undefined unless it was said: the API has its own default. */
  said(name: string): true | undefined {
    return this.flag(name) ? true : undefined;
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (text.trim() === '' || !Number.isFinite(number))
      throw new UsageError(`--${dashed(name)} takes a number.`);
    return number;
  }

  many(name: string): string[] | undefined {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  /** The text itself, or the content of `@file`. */
  async content(name: string): Promise<string | undefined> {
    const text = this.text(name);
    return text === undefined ? undefined : contentOf(text);
  }

  async json(name: string): Promise<unknown> {
    const text = await this.content(name);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new UsageError(`--${dashed(name)} takes JSON, or @ and a file with it.`);
    }
  }
}

/** The text itself, or the content of `@file`. */
export async function contentOf(text: string): Promise<string> {
  return text.startsWith('@') ? readText(text.slice(1)) : text;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
