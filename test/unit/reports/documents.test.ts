import { goldenHtml } from './golden/html.js';
import { goldenMarkdown } from './golden/markdown.js';
import { asHtml, asMarkdown, reportNames } from './golden/render.js';

// Each word, column and unit of a report is what somebody reads: whole documents notice when one of them changes.

test.each(reportNames)('every word of an HTML report stays as it is: %s', async (name) => {
  expect(await asHtml(name)).toBe(goldenHtml[name]);
});

test.each(reportNames)('every word of a Markdown report stays as it is: %s', async (name) => {
  expect(await asMarkdown(name)).toBe(goldenMarkdown[name]);
});
