import fc from 'fast-check';
import { humanDuration, type ActivityFacts } from '../../src/domain/activity-report.js';
import { reportFilename, reportFormats } from '../../src/domain/report-format.js';
import { renderActivityReport } from '../../src/domain/report-render.js';

const HOSTILE = `<script>alert("1")</script> | '"\`*_[x](javascript:y)\n\r\t=cmd|' /C calc'!A0 & 日本語`;

const facts = (text: string): ActivityFacts => {
  const at = '2026-01-02T03:04:05.123456Z';
  const run = {
    id: 'job_1',
    kind: 'report',
    title: text,
    status: 'failed',
    createdAt: at,
    durationMs: 1_234.5,
  } as const;
  return {
    title: text,
    scope: 'own',
    from: at,
    to: at,
    total: 1,
    byKind: [{ kind: text, status: 'failed', count: 1, medianMs: 1_234.5, p95Ms: null }],
    recent: [run],
    failures: [{ ...run, code: text, message: text }],
  };
};

test('whatever stands in a title, HTML has no element and no attribute of its making', () => {
  const tags = (html: string): string[] => [...html.matchAll(/<\/?[a-z][^>]*>/gi)].map(([tag]) => tag);
  const harmless = tags(renderActivityReport(facts('x'), 'html'));
  expect(tags(renderActivityReport(facts(HOSTILE), 'html'))).toEqual(harmless);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'a', ' ', '=') }), (text) => {
      expect(tags(renderActivityReport(facts(text), 'html'))).toEqual(harmless);
    }),
  );
});

test('HTML asks nothing of anywhere', () => {
  const html = renderActivityReport(facts('x'), 'html');
  expect(html).not.toMatch(/<script|<link|<img|<iframe|url\(|@import|\bsrc=|\bhref=/i);
});

test('Markdown keeps a hostile title inside its cell and makes no markup of it', () => {
  const lines = renderActivityReport(facts(HOSTILE), 'md').split('\n');
  const cells = lines.filter((line) => line.startsWith('|'));
  const columns = (line: string): number => line.split(/(?<!\\)\|/).length;
  expect(cells.map(columns)).toEqual([7, 7, 7, 8, 8, 8, 7, 7, 7]);
  expect(lines.join('\n')).not.toMatch(/(?<!\\)<script|(?<!\\)\[x\]/);
});

test('CSV reads back field by field, and no field is a formula', () => {
  const csv = renderActivityReport(facts('=HYPERLINK("x","y"),\r\nz'), 'csv');
  const [head, ...rest] = csv.split('\r\n');
  expect(head).toBe('id,kind,title,status,created_at,duration_ms,error_code,error_message');
  expect(rest.join('\r\n')).toContain(`"'=HYPERLINK(""x"",""y""),\r\nz"`);
  expect(csv).not.toMatch(/(^|,|")=/m);
});

test('JSON is the facts themselves', () => {
  expect(JSON.parse(renderActivityReport(facts(HOSTILE), 'json'))).toEqual(facts(HOSTILE));
});

test('every format renders a window in which nothing ran', () => {
  const nothing = { ...facts('x'), total: 0, byKind: [], recent: [], failures: [] };
  for (const format of reportFormats) expect(renderActivityReport(nothing, format)).not.toBe('');
});

test.each([
  [null, '–'],
  [340.4, '340 ms'],
  [12_345, '12.3 s'],
  [245_000, '4 min 05 s'],
  [12_000_000, '3 h 20 min'],
])('a duration of %s ms reads %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test.each([
  ['Activity of the last 24 hours', 'Activity-of-the-last-24-hours.html'],
  ['../../etc/passwd', 'etc-passwd.html'],
  ['売上の報告', '売上の報告.html'],
  ['"; rm -rf /', 'rm-rf.html'],
  ['…', 'report.html'],
])('a report called %s is saved as %s', (title, filename) => {
  expect(reportFilename(title, 'html')).toBe(filename);
});
