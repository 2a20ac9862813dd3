import { createFileLinks } from '../../../src/crypto/file-links.js';
import { contentDisposition } from '../../../src/domain/reports/content-disposition.js';

const SECRET = 'a signing secret of more than thirty-two characters';
const NEXT = 'the signing secret that comes after the first one';
const key = 'results/job_1/abcdef';
const disposition = contentDisposition('attachment', 'report.csv');
const object = { key, disposition };
const MINUTES_15 = 900;

/** The checks of a server: spelling, then time, then signature. */
function accepts(links: ReturnType<typeof createFileLinks>, url: string, served = disposition): boolean {
  const link = links.parse(url);
  return link !== undefined && link.key === key && links.verify(link, served);
}

test('a link is good until its moment has come, and not a millisecond longer', () => {
  let now = 1_700_000_000_000;
  const links = createFileLinks({ current: SECRET }, () => now);
  const link = links.sign(object, MINUTES_15);
  now += MINUTES_15 * 1_000 - 1;
  expect(accepts(links, link)).toBe(true);
  now += 1;
  expect(accepts(links, link)).toBe(false);
});

test('no byte of a link can be another one, be added or be left out', () => {
  const links = createFileLinks({ current: SECRET });
  const link = links.sign(object, MINUTES_15);
  expect(accepts(links, link)).toBe(true);
  for (let index = 0; index < link.length; index += 1) {
    const [before, after] = [link.slice(0, index), link.slice(index + 1)];
    for (const other of ['A', 'b', '0', '-', '.', '&', '=', '%', '/', ' ', '']) {
      if (link[index] === other) continue;
      expect([index, other, accepts(links, before + other + after)]).toEqual([index, other, false]);
    }
    expect([index, accepts(links, `${before}a${link[index]}${after}`)]).toEqual([index, false]);
  }
});

test.each([
  ['its parameters in another order', (link: string) => link.replace(/\?(exp=\d+)&(sig=.+)$/, '?$2&$1')],
  ['a letter written as its code', (link: string) => link.replace('results', '%72esults')],
  ['a parameter more', (link: string) => `${link}&disposition=inline`],
  ['the same parameter twice', (link: string) => link.replace('&sig', '&exp=9999999999&sig')],
  ['a zero before the expiry', (link: string) => link.replace('exp=', 'exp=0')],
])('a link with %s is not ours', (_what, change) => {
  const links = createFileLinks({ current: SECRET });
  const link = links.sign(object, MINUTES_15);
  expect(change(link)).not.toBe(link);
  expect(accepts(links, change(link))).toBe(false);
});

test('a signature is good for one disposition only', () => {
  const links = createFileLinks({ current: SECRET });
  const link = links.sign(object, MINUTES_15);
  expect(accepts(links, link, contentDisposition('inline', 'report.csv'))).toBe(false);
  expect(accepts(links, link, contentDisposition('attachment', 'report.html'))).toBe(false);
});

test('a link of another installation is worth nothing here', () => {
  const link = createFileLinks({ current: NEXT }).sign(object, MINUTES_15);
  expect(accepts(createFileLinks({ current: SECRET }), link)).toBe(false);
});

test('after a change of the secret, links of before are good as long as it is known as the previous one', () => {
  const link = createFileLinks({ current: SECRET }).sign(object, MINUTES_15);
  const changed = createFileLinks({ current: NEXT, previous: SECRET });
  expect(accepts(changed, link)).toBe(true);
  expect(accepts(createFileLinks({ current: NEXT }), link)).toBe(false);
  const fresh = changed.sign(object, MINUTES_15);
  expect(accepts(createFileLinks({ current: NEXT }), fresh)).toBe(true);
  expect(accepts(createFileLinks({ current: SECRET }), fresh)).toBe(false);
});
