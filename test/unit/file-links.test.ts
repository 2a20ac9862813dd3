import { createFileLinks } from '../../src/api/file-links.js';

const SECRET = 'a signing secret of more than thirty-two characters';
const parts = (link: string) => {
  const url = new URL(link, 'http://x');
  return {
    key: url.pathname.replace('/files/', ''),
    query: { exp: url.searchParams.get('exp') ?? undefined, sig: url.searchParams.get('sig') ?? undefined },
  };
};

test('a link is good until its moment has come, and not a millisecond longer', () => {
  let now = 1_700_000_000_000;
  const links = createFileLinks(SECRET, () => now);
  const { key, query } = parts(links.sign('job_1'));
  now += 15 * 60 * 1_000 - 1;
  expect(links.verify(key, query)).toBe(true);
  now += 1;
  expect(links.verify(key, query)).toBe(false);
});

test('no byte of a link can be another one', () => {
  const links = createFileLinks(SECRET);
  const link = links.sign('job_1');
  for (let index = '/files/'.length; index < link.length; index += 1) {
    for (const other of ['A', 'b', '0', '-', '&', '=']) {
      if (link[index] === other) continue;
      const { key, query } = parts(link.slice(0, index) + other + link.slice(index + 1));
      expect([index, other, links.verify(key, query)]).toEqual([index, other, false]);
    }
  }
});

test('a link of another installation is worth nothing here', () => {
  const { key, query } = parts(createFileLinks('another signing secret of enough characters').sign('job_1'));
  expect(createFileLinks(SECRET).verify(key, query)).toBe(false);
});
