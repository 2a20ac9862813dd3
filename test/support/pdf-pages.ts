import { inflateSync } from 'node:zlib';

/**
 * The text of each page that a reader of a PDF can select and search, charts included. Without any white space:
 * where a run of letters ends says nothing of words.
 */
export function pdfPages(pdf: Buffer): string[] {
  const file = new PdfFile(pdf);
  return file.pages().map((page) => unspaced(file.textOf(page)));
}

export function unspaced(text: string): string {
  return text.replace(/[\s\u200b]/g, '');
}

/** The font programs inside, by name without the tag of their subset. */
export function pdfFonts(pdf: Buffer): string[] {
  const names = [...pdf.toString('latin1').matchAll(/\/FontName \/[A-Z]{6}\+(\S+)/g)].map(
    ([, name]) => name!,
  );
  return [...new Set(names)].sort();
}

interface PdfObject {
  readonly head: string;
  readonly stream: string;
}

/** Reads just what our typesetter writes: plain objects, compressed streams, fonts whose codes are two bytes. */
class PdfFile {
  readonly #objects = new Map<string, PdfObject>();
  readonly #letters = new Map<string, Map<number, string>>();

  constructor(pdf: Buffer) {
    const text = pdf.toString('latin1');
    const starts = /\n(\d+) 0 obj\n/g;
    for (let match = starts.exec(text); match !== null; match = starts.exec(text)) {
      const at = starts.lastIndex;
      const end = text.indexOf('endobj', at);
      const opened = text.indexOf('\nstream\n', at);
      if (opened === -1 || opened > end) {
        this.#objects.set(match[1]!, { head: text.slice(at, end), stream: '' });
        continue;
      }
      const head = text.slice(at, opened);
      const body = opened + '\nstream\n'.length;
      const length = Number(/\/Length (\d+)/.exec(head)?.[1]);
      const bytes = pdf.subarray(body, body + length);
      const stream = head.includes('/FlateDecode')
        ? inflateSync(bytes).toString('latin1')
        : bytes.toString('latin1');
      this.#objects.set(match[1]!, { head, stream });
      starts.lastIndex = body + length;
    }
  }

  pages(): PdfObject[] {
    const tree = [...this.#objects.values()].find(({ head }) => /\/Type \/Pages\b/.test(head));
    const kids = /\/Kids \[([^\]]*)\]/.exec(tree?.head ?? '')?.[1] ?? '';
    return [...kids.matchAll(/(\d+) 0 R/g)].map(([, id]) => this.#object(id!));
  }

  textOf(page: PdfObject): string {
    const contents = /\/Contents (\d+) 0 R/.exec(page.head)?.[1];
    return this.#runs(this.#object(contents ?? '').stream, this.#resourcesOf(page));
  }

  /** A chart's text stands where the chart is drawn. */
  #runs(content: string, resources: string): string {
    let found = '';
    const tokens = /\/(\S+) [\d.]+ Tf|<([0-9a-fA-F]*)>|\(|\/(\S+) Do\b|\b[qQ]\b/g;
    let letters: ReadonlyMap<number, string> = new Map();
    const saved: (typeof letters)[] = [];
    for (let match = tokens.exec(content); match !== null; match = tokens.exec(content)) {
      const [token, font, hex, drawn] = match;
      if (font !== undefined) letters = this.#lettersOf(referenceIn(resources, font));
      else if (drawn !== undefined) found += this.#drawn(referenceIn(resources, drawn));
      else if (token === 'q') saved.push(letters);
      else if (token === 'Q') letters = saved.pop() ?? letters;
      else if (token === '(') {
        const literal = literalAt(content, tokens.lastIndex);
        tokens.lastIndex = literal.end;
        found += textOfCodes(literal.bytes, letters);
      } else found += textOfCodes(Buffer.from(hex ?? '', 'hex').toString('latin1'), letters);
    }
    return found;
  }

  #drawn(id: string | undefined): string {
    const form = id === undefined ? undefined : this.#object(id);
    return form?.head.includes('/Subtype /Form') ? this.#runs(form.stream, this.#resourcesOf(form)) : '';
  }

  /** The names of fonts and drawings; nested ones by reference or in place. */
  #resourcesOf({ head }: PdfObject): string {
    const id = /\/Resources (\d+) 0 R/.exec(head)?.[1];
    const own = id === undefined ? head.slice(head.indexOf('/Resources')) : this.#object(id).head;
    const nested = [...own.matchAll(/\/(?:Font|XObject) (\d+) 0 R/g)].map(
      ([, each]) => this.#object(each!).head,
    );
    return [own, ...nested].join('\n');
  }

  #lettersOf(font: string | undefined): Map<number, string> {
    const map = /\/ToUnicode (\d+) 0 R/.exec(this.#object(font ?? '').head)?.[1];
    if (map === undefined) throw new Error('a font whose text nobody can select');
    const known = this.#letters.get(map) ?? readCodes(this.#object(map).stream);
    this.#letters.set(map, known);
    return known;
  }

  #object(id: string): PdfObject {
    const found = this.#objects.get(id);
    if (found === undefined) throw new Error(`the PDF has no object ${id}`);
    return found;
  }
}

function referenceIn(resources: string, name: string): string | undefined {
  return new RegExp(`/${name.replace(/\W/g, '\\$&')} (\\d+) 0 R`).exec(resources)?.[1];
}

function readCodes(cmap: string): Map<number, string> {
  const letters = new Map<number, string>();
  const textOf = (hex: string): string => Buffer.from(hex, 'hex').swap16().toString('utf16le');
  for (const [, block] of cmap.matchAll(/beginbfchar([\s\S]*?)endbfchar/g)) {
    for (const [, code, hex] of block!.matchAll(/<(\w+)>\s*<(\w+)>/g))
      letters.set(parseInt(code!, 16), textOf(hex!));
  }
  return letters;
}

function textOfCodes(bytes: string, letters: ReadonlyMap<number, string>): string {
  let text = '';
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    text += letters.get(bytes.charCodeAt(at) * 256 + bytes.charCodeAt(at + 1)) ?? '';
  }
  return text;
}

/** A string in parentheses, from behind the first of them; pairs of them within it stand as they are. */
function literalAt(content: string, from: number): { readonly bytes: string; readonly end: number } {
  let depth = 1;
  for (let at = from; at < content.length; at += 1) {
    const character = content[at];
    if (character === '\\') at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth === 0) return { bytes: unescaped(content.slice(from, at)), end: at + 1 };
  }
  throw new Error('a string without an end');
}

function unescaped(literal: string): string {
  const named: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  return literal.replace(/\\([0-7]{1,3}|[\s\S])/g, (_, escaped: string) =>
    /^[0-7]/.test(escaped) ? String.fromCharCode(parseInt(escaped, 8)) : (named[escaped] ?? escaped),
  );
}
