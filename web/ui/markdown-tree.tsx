import MarkdownIt, { type Token } from 'markdown-it';
import { h, type ComponentChild, type VNode } from 'preact';
import { classOfCell } from './words-of';

/**
 * Markdown as a tree of elements.
 * M1. Only the elements named here are made, and only the attributes that are set here: no text becomes HTML.
 * M2. Nothing is loaded: an image is a link to where it lies.
 * M3. A link says where it leads, opens a page of its own, and gives it no way back.
 */
const reader = new MarkdownIt({ html: false, linkify: false, typographer: false });

const elements: Readonly<Record<string, string>> = {
  paragraph_open: 'p',
  bullet_list_open: 'ul',
  ordered_list_open: 'ol',
  list_item_open: 'li',
  blockquote_open: 'blockquote',
  thead_open: 'thead',
  tbody_open: 'tbody',
  tr_open: 'tr',
  th_open: 'th',
  td_open: 'td',
  strong_open: 'strong',
  em_open: 'em',
  s_open: 's',
};

export function drawMarkdown(source: string): VNode {
  return <div class="prose-flow">{drawTokens(reader.parse(source, {}))}</div>;
}

function drawTokens(tokens: readonly Token[]): ComponentChild[] {
  const root: ComponentChild[] = [];
  const open: { token: Token; children: ComponentChild[] }[] = [];
  for (const token of tokens) {
    const siblings = open.at(-1)?.children ?? root;
    if (token.nesting === 1) open.push({ token, children: [] });
    else if (token.nesting === -1) {
      const closed = open.pop();
      if (closed !== undefined) (open.at(-1)?.children ?? root).push(element(closed.token, closed.children));
    } else siblings.push(leaf(token));
  }
  return root;
}

function element(token: Token, children: ComponentChild[]): ComponentChild {
  if (token.type === 'heading_open') return heading(token, children);
  if (token.type === 'table_open') return table(children);
  if (token.type === 'td_open') return h('td', { class: classOfCell(children.join('')) }, children);
  if (token.type === 'link_open') return link(attribute(token, 'href'), children);
  if (token.type === 'paragraph_open' && token.hidden) return h('span', {}, children);
  const name = elements[token.type] ?? 'span';
  if (name === 'ol') return <ol start={Number(attribute(token, 'start') || 1)}>{children}</ol>;
  return h(name, { dir: name === 'p' || name === 'li' ? 'auto' : undefined }, children);
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '');
}

/** A page has one h1, which is not in a document. */
function heading(token: Token, children: ComponentChild[]): ComponentChild {
  const level = Math.min(6, Number(token.tag.slice(1)) + 2);
  return h(`h${level}`, { class: `prose-${token.tag}`, dir: 'auto' }, children);
}

/** A wide table scrolls in its own frame, which a keyboard reaches. */
function table(children: ComponentChild[]): ComponentChild {
  return h('div', { class: 'prose-table', tabIndex: 0, role: 'group' }, h('table', {}, children));
}

function link(href: string, children: ComponentChild[]): ComponentChild {
  const host = hostOf(href);
  const props = { href, target: '_blank', rel: 'noopener noreferrer nofollow', title: href };
  if (host === null) return h('span', {}, children);
  return h('a', props, [...children, h('span', { class: 'link-host' }, ` (${host})`)]);
}

/** Null where a link leads nowhere that a person may be sent to. */
function hostOf(href: string): string | null {
  if (!URL.canParse(href)) return null;
  const { protocol, host, pathname } = new URL(href);
  if (protocol === 'http:' || protocol === 'https:') return host;
  return protocol === 'mailto:' ? pathname : null;
}

function leaf(token: Token): ComponentChild {
  switch (token.type) {
    case 'inline':
      return drawTokens(token.children ?? []);
    case 'text':
      return token.content;
    case 'softbreak':
      return '\n';
    case 'hardbreak':
      return h('br', {});
    case 'hr':
      return h('hr', {});
    case 'code_inline':
      return h('code', {}, token.content);
    case 'fence':
    case 'code_block':
      return h('pre', { class: 'prose-code', tabIndex: 0 }, h('code', {}, token.content));
    case 'image':
      return link(attribute(token, 'src'), [`🖼 ${token.content}`]);
    default:
      return token.content;
  }
}
