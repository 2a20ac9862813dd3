import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';
import type { MarkdownBlock, MarkdownInline } from '../../domain/reports/document.js';

/**
 * Markdown that a model or a person wrote, as blocks of text. Nothing in it can load anything or lead anywhere. HTML is
 * text, an image is its description, and a link stands as its text with the address behind it.
 */
export function readMarkdown(text: string): MarkdownBlock[] {
  const tokens = parser.parse(text, {});
  // The parser drops what lies deeper than it reads. Nobody writes so; as it was written, nothing of it is lost.
  if (tokens.some((token) => token.level >= DEEPEST - 1)) return [{ kind: 'code', text }];
  return new Reader(tokens).blocks();
}

const DEEPEST = 80;
const parser = new MarkdownIt('default', {
  html: false,
  linkify: false,
  typographer: false,
  maxNesting: DEEPEST,
});

/** Tokens come in pairs that open and close: reading goes forward only. */
class Reader {
  #at = 0;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** Up to the token that closes what was opened before, or to the end. */
  blocks(): MarkdownBlock[] {
    const blocks: MarkdownBlock[] = [];
    for (let token = this.#next(); token !== undefined && token.nesting !== -1; token = this.#next()) {
      blocks.push(...this.#block(token));
    }
    return blocks;
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token;
  }

  #block(token: Token): MarkdownBlock[] {
    switch (token.type) {
      case 'heading_open':
        return [{ kind: 'heading', level: Number(token.tag.slice(1)), content: this.#inline() }];
      case 'paragraph_open':
        return [{ kind: 'paragraph', content: this.#inline() }];
      case 'bullet_list_open':
        return [{ kind: 'list', start: null, items: this.#items() }];
      case 'ordered_list_open':
        return [{ kind: 'list', start: Number(token.attrGet('start') ?? 1), items: this.#items() }];
      case 'blockquote_open':
        return [{ kind: 'quote', blocks: this.blocks() }];
      case 'table_open':
        return [this.#table()];
      case 'fence':
      case 'code_block':
        return [{ kind: 'code', text: token.content.replace(/\n$/, '') }];
      case 'hr':
        return [{ kind: 'rule' }];
      default:
        return this.#other(token);
    }
  }

  /** Nothing is lost that this reader does not know: its text stands there as it is. */
  #other(token: Token): MarkdownBlock[] {
    if (token.nesting === 1) return this.blocks();
    const content =
      token.type === 'inline' ? inlinesOf(token) : [{ kind: 'text' as const, text: token.content }];
    return [{ kind: 'paragraph', content }];
  }

  /** The one inline token of a block, and what closes the block. */
  #inline(): MarkdownInline[] {
    const content: MarkdownInline[] = [];
    for (let token = this.#next(); token !== undefined && token.nesting !== -1; token = this.#next()) {
      content.push(...inlinesOf(token));
    }
    return content;
  }

  #items(): MarkdownBlock[][] {
    const items: MarkdownBlock[][] = [];
    for (let token = this.#next(); token?.type === 'list_item_open'; token = this.#next())
      items.push(this.blocks());
    return items;
  }

  #table(): MarkdownBlock {
    const rows: MarkdownInline[][][] = [];
    for (
      let token = this.#next();
      token !== undefined && token.type !== 'table_close';
      token = this.#next()
    ) {
      if (token.type === 'tr_open') rows.push([]);
      if (token.type === 'th_open' || token.type === 'td_open') rows.at(-1)?.push(this.#inline());
    }
    const [head = [], ...body] = rows;
    return { kind: 'table', head, rows: body };
  }
}

type Parent = {
  readonly content: MarkdownInline[];
  readonly close: (content: MarkdownInline[]) => MarkdownInline[];
};

function inlinesOf(token: Token): MarkdownInline[] {
  const parents: Parent[] = [];
  let content: MarkdownInline[] = [];
  for (const child of token.children ?? []) {
    if (child.nesting === 1) {
      parents.push({ content, close: closing(child) });
      content = [];
    } else if (child.nesting === -1) {
      const parent = parents.pop();
      if (parent !== undefined) content = [...parent.content, ...parent.close(content)];
    } else if (child.type !== 'text' || child.content !== '') {
      content.push(leafOf(child));
    }
  }
  return parents.reduceRight((inner, parent) => [...parent.content, ...parent.close(inner)], content);
}

function closing(token: Token): Parent['close'] {
  switch (token.type) {
    case 'strong_open':
      return (content) => [{ kind: 'strong', content }];
    case 'em_open':
      return (content) => [{ kind: 'emphasis', content }];
    case 's_open':
      return (content) => [{ kind: 'deleted', content }];
    case 'link_open': {
      const address = token.attrGet('href') ?? '';
      return (content) => [...content, { kind: 'text', text: ` (${address})` }];
    }
    default:
      return (content) => content;
  }
}

function leafOf(token: Token): MarkdownInline {
  switch (token.type) {
    case 'code_inline':
      return { kind: 'code', text: token.content };
    case 'hardbreak':
      return { kind: 'break' };
    case 'softbreak':
      return { kind: 'text', text: ' ' };
    case 'image':
      return { kind: 'text', text: `[image: ${token.content}]` };
    default:
      return { kind: 'text', text: token.content };
  }
}
