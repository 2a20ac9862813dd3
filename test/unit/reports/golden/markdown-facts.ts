import type { MarkdownBlock } from '../../../../src/domain/reports/document.js';

const plain = (text: string) => [{ kind: 'text', text } as const];

/** Each kind of block and of text that Markdown is taken apart into. */
export const everyMarkdown: MarkdownBlock[] = [
  { kind: 'heading', level: 1, content: plain('One') },
  { kind: 'heading', level: 5, content: plain('Five') },
  {
    kind: 'paragraph',
    content: [
      { kind: 'text', text: 'a ' },
      { kind: 'strong', content: plain('b') },
      { kind: 'text', text: ' ' },
      { kind: 'emphasis', content: plain('c') },
      { kind: 'text', text: ' d' },
      { kind: 'deleted', content: plain('e') },
      { kind: 'break' },
      { kind: 'code', text: 'f |\n g' },
      { kind: 'text', text: ' and ' },
      { kind: 'code', text: 'h ``` i' },
    ],
  },
  {
    kind: 'list',
    start: null,
    items: [
      [
        { kind: 'paragraph', content: plain('- x') },
        { kind: 'paragraph', content: plain('2. y') },
      ],
      [],
    ],
  },
  {
    kind: 'list',
    start: 9,
    items: [
      [{ kind: 'paragraph', content: plain('nine') }],
      [
        { kind: 'paragraph', content: plain('ten') },
        { kind: 'code', text: 'in ten\n\n' },
      ],
    ],
  },
  {
    kind: 'quote',
    blocks: [
      { kind: 'paragraph', content: plain('#q') },
      { kind: 'paragraph', content: plain('+r') },
    ],
  },
  { kind: 'code', text: 'a ```` b `' },
  { kind: 'rule' },
  {
    kind: 'table',
    head: [plain('h1'), plain('h2')],
    rows: [
      [[{ kind: 'text', text: 'a' }, { kind: 'break' }, { kind: 'text', text: 'b' }], plain('c|d')],
      [plain('e'), [{ kind: 'code', text: 'f|g' }]],
    ],
  },
];
