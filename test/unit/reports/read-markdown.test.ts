import { readMarkdown } from '../../../src/activities/reports/read-markdown.js';
import type { MarkdownBlock } from '../../../src/domain/reports/document.js';
import { injectionCorpus } from '../../support/models/injection-corpus.js';

/** Every kind and every text in there, whatever the depth. */
function partsOf(value: unknown): { kinds: string[]; text: string } {
  const kinds: string[] = [];
  let text = '';
  JSON.stringify(value, (key, part: unknown) => {
    if (key === 'kind') kinds.push(String(part));
    if (key === 'text') text += String(part);
    return part;
  });
  return { kinds, text };
}

const paragraph = (text: string): MarkdownBlock => ({ kind: 'paragraph', content: [{ kind: 'text', text }] });

test('headings, lists, quotations, tables, code, rules and emphasis become blocks', () => {
  expect(readMarkdown('## Two\n\n1. a\n2. **b** *c* ~~d~~ `e`\n\n> q\n\n---\n\n```js\nx\n```')).toEqual([
    { kind: 'heading', level: 2, content: [{ kind: 'text', text: 'Two' }] },
    {
      kind: 'list',
      start: 1,
      items: [
        [paragraph('a')],
        [
          {
            kind: 'paragraph',
            content: [
              { kind: 'strong', content: [{ kind: 'text', text: 'b' }] },
              { kind: 'text', text: ' ' },
              { kind: 'emphasis', content: [{ kind: 'text', text: 'c' }] },
              { kind: 'text', text: ' ' },
              { kind: 'deleted', content: [{ kind: 'text', text: 'd' }] },
              { kind: 'text', text: ' ' },
              { kind: 'code', text: 'e' },
            ],
          },
        ],
      ],
    },
    { kind: 'quote', blocks: [paragraph('q')] },
    { kind: 'rule' },
    { kind: 'code', text: 'x' },
  ]);
  expect(readMarkdown('| a | b |\n|---|---|\n| 1 |')).toEqual([
    {
      kind: 'table',
      head: [[{ kind: 'text', text: 'a' }], [{ kind: 'text', text: 'b' }]],
      rows: [[[{ kind: 'text', text: '1' }], []]],
    },
  ]);
});

test.each([
  ['a tag', '<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['a block of HTML', '<div onclick="x()">\ntext\n</div>', '<div onclick="x()"> text </div>'],
  ['an image', '![a chart](https://evil.example/p.png?d=1)', '[image: a chart]'],
  ['a link', 'see [the page](https://example.com/a)', 'see the page (https://example.com/a)'],
  ['a link that would run', '[click](javascript:alert(1))', '[click](javascript:alert(1))'],
  [
    'a link with data',
    '[click](data:text/html;base64,PHNjcmlwdD4=)',
    '[click](data:text/html;base64,PHNjcmlwdD4=)',
  ],
  ['an address', 'https://example.com/<b>', 'https://example.com/<b>'],
])('%s is text', (_what, markdown, text) => {
  const parts = partsOf(readMarkdown(markdown));

  expect(parts.text).toBe(text);
  expect(new Set(parts.kinds)).toEqual(new Set(['paragraph', 'text']));
});

test('only known kinds come out, and no word is lost, of what people have been seen to write', () => {
  const known = [
    'heading',
    'paragraph',
    'list',
    'quote',
    'code',
    'rule',
    'table',
    'text',
    'strong',
    'emphasis',
    'deleted',
    'break',
  ];
  for (const hostile of injectionCorpus) {
    const { kinds, text } = partsOf(readMarkdown(hostile));
    expect(kinds.filter((kind) => !known.includes(kind))).toEqual([]);
    // An image's address and the language of a fence are no words.
    const words = hostile.replace(/\]\(https[^)]*\)|^```\w+/g, '').match(/[\p{L}\p{N}]{3,}/gu) ?? [];
    expect(words.filter((word) => !text.includes(word))).toEqual([]);
  }
});

test.each([
  ['quotations', `${'> '.repeat(5_000)}inside`],
  ['lists', `${'- '.repeat(5_000)}inside`],
  ['emphasis', `${'*a **b '.repeat(2_000)}inside`],
  ['brackets', `${'['.repeat(5_000)}inside${']'.repeat(5_000)}`],
  ['links', `${'[a]('.repeat(5_000)}inside`],
])('a bomb of nested %s neither hangs nor loses what is inside', (_what, bomb) => {
  const blocks = readMarkdown(bomb);

  expect(partsOf(blocks).text).toContain('inside');
});
