import { escapeHtml } from '../escape-html.js';
import { noticeWords } from './notice-words.js';
import type { Language } from './planning-facts.js';
import type { PlannedItem } from './planning.js';

/** The content of a message, apart from its form: stored with the delivery, so that it can be rendered again. */
export interface NoticeFacts {
  readonly office: string;
  readonly name: string;
  readonly language: Language;
  readonly items: readonly PlannedItem[];
  readonly links: { readonly preferences: string; readonly unsubscribe: string };
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A deadline or many, most pressing first, in the language of the recipient. */
export function renderMail(facts: NoticeFacts): RenderedMail {
  return { subject: subjectOf(facts), text: textOf(facts), html: htmlOf(facts) };
}

/** The payload of declarative web push, which a service worker reads as well. */
export function renderPush(facts: NoticeFacts): object {
  const words = noticeWords[facts.language];
  const items = byUrgency(facts.items);
  const body = items.map((item) => `${item.title}: ${words.when(item.daysLeft)}`).join('\n');
  return {
    web_push: 8030,
    notification: {
      title: subjectOf(facts),
      body: cut(body, 800),
      lang: facts.language,
      navigate: facts.links.preferences,
      tag: items[0]?.deadlineId ?? 'deadline',
    },
  };
}

/** Whether a push service should wake a sleeping device for it. */
export function pushUrgency(items: readonly PlannedItem[]): 'high' | 'normal' {
  return items.some((item) => item.critical || item.daysLeft <= 1) ? 'high' : 'normal';
}

function subjectOf({ language, items }: NoticeFacts): string {
  const words = noticeWords[language];
  const [first] = byUrgency(items);
  if (first === undefined) return '';
  return oneLine(words.subject(items.length, cut(first.title, 120), words.when(first.daysLeft)));
}

function textOf({ office, name, language, items, links }: NoticeFacts): string {
  const words = noticeWords[language];
  const lines = byUrgency(items).map((item) => {
    const mark = item.critical ? `[${words.critical}] ` : '';
    return `* ${mark}${item.title}\n  ${words.when(item.daysLeft)} - ${words.due}: ${words.date(item.dueOn)}`;
  });
  return [
    words.greeting(name),
    words.intro(office, items.length),
    lines.join('\n\n'),
    `${words.why}\n${words.preferences}: ${links.preferences}\n${words.unsubscribe}: ${links.unsubscribe}`,
  ].join('\n\n');
}

/** System colours where the reader's program has a dark mode; without it black on white. */
const STYLE = [
  ':root{color-scheme:light dark}',
  'body{margin:0;padding:24px;font:16px/1.5 sans-serif;background:#fff;color:#1a1a1a}',
  'li{margin:0 0 12px}.when{font-weight:600}.critical{color:#b3261e}.small{font-size:13px;color:#5f6368}',
  '@media(prefers-color-scheme:dark){body{background:#16181c;color:#e8eaed}.critical{color:#ff8a80}',
  '.small{color:#a8adb4}a{color:#8ab4f8}}',
].join('');

function htmlOf({ office, name, language, items, links }: NoticeFacts): string {
  const words = noticeWords[language];
  const rows = byUrgency(items).map((item) => {
    const mark = item.critical ? `<strong class="critical">${words.critical}</strong> ` : '';
    const due = `${words.due}: <time datetime="${item.dueOn}">${words.date(item.dueOn)}</time>`;
    return `<li>${mark}${escapeHtml(item.title)}<br><span class="when">${words.when(item.daysLeft)}</span> · ${due}</li>`;
  });
  return [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(words.intro(office, items.length))}</title><style>${STYLE}</style></head><body>`,
    `<p>${escapeHtml(words.greeting(name))}</p><p>${escapeHtml(words.intro(office, items.length))}</p>`,
    `<ul>${rows.join('')}</ul><p class="small">${words.why}<br>`,
    `<a href="${escapeHtml(links.preferences)}">${words.preferences}</a> · `,
    `<a href="${escapeHtml(links.unsubscribe)}">${words.unsubscribe}</a></p></body></html>`,
  ].join('\n');
}

function byUrgency(items: readonly PlannedItem[]): PlannedItem[] {
  return [...items].sort(
    (left, right) =>
      left.daysLeft - right.daysLeft ||
      Number(right.critical) - Number(left.critical) ||
      (left.deadlineId < right.deadlineId ? -1 : 1),
  );
}

/** A header holds one line: what stands in a title must not begin another one. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function cut(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
