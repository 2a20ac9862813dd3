import { activityHtml } from './golden/activity-html.js';
import { activityMarkdown } from './golden/activity-markdown.js';
import { auditHtml } from './golden/audit-html.js';
import { auditMarkdown } from './golden/audit-markdown.js';
import { asHtml, asMarkdown, reportNames } from './golden/render.js';
import { sessionHtml } from './golden/session-html.js';
import { sessionMarkdown } from './golden/session-markdown.js';

// Each word, column and unit of a report is what somebody reads: whole documents notice when one of them changes.
const html = { ...sessionHtml, ...activityHtml, ...auditHtml };
const markdown = { ...sessionMarkdown, ...activityMarkdown, ...auditMarkdown };

test.each(reportNames)('every word of an HTML report stays as it is: %s', async (name) => {
  expect(await asHtml(name)).toBe(html[name]);
});

test.each(reportNames)('every word of a Markdown report stays as it is: %s', async (name) => {
  expect(await asMarkdown(name)).toBe(markdown[name]);
});
