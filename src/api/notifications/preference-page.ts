import { createHash } from 'node:crypto';
import type { Preferences } from '../../contracts/notifications/preferences.js';
import { escapeHtml } from '../../domain/escape-html.js';
import type { Language } from '../../domain/notifications/planning-facts.js';

const words: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    title: 'What you receive',
    email: 'Mails',
    push: 'Push messages',
    mute: 'Nothing before (critical deadlines still come)',
    digest: 'Several deadlines in one message',
    language: 'Language',
    quiet: 'Quiet hours (by the clocks of your office)',
    save: 'Save',
    saved: 'Saved.',
    stop: 'Stop all mails',
    ask: 'Do you want no more of these mails?',
    stopped: 'You receive no more mails.',
  },
  ja: {
    title: '受信設定',
    email: 'メール',
    push: 'プッシュ通知',
    mute: 'この日時まで通知しない(重要な期限を除く)',
    digest: '複数の期限を1通にまとめる',
    language: '言語',
    quiet: '通知を控える時間帯(事業所の時刻)',
    save: '保存',
    saved: '保存しました。',
    stop: 'メールをすべて停止する',
    ask: 'このメールの受信を停止しますか。',
    stopped: 'メールの受信を停止しました。',
  },
};

const STYLE = [
  ':root{color-scheme:light dark}body{font:16px/1.5 sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}',
  'label{display:block;margin:0 0 .75rem}button{font:inherit;padding:.4rem 1rem;min-height:24px}',
  'fieldset{margin:0 0 1rem;border:1px solid}',
].join('');

/** Of this page alone: its own style, and forms that lead back to it. */
export const PREFERENCE_PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** The choices of one person as a form, without a script. */
export function preferencePage(preferences: Preferences, notice: 'saved' | undefined): string {
  const text = words[preferences.language];
  const { email, push, digest, quiet_hours: quiet } = preferences;
  const shown = notice === undefined ? '' : `<p role="status"><strong>${text[notice]}</strong></p>`;
  return page(
    preferences.language,
    'title',
    `${shown}<form method="post">
${channel('email', text, email)}${channel('push', text, push)}
<label><input type="checkbox" name="digest"${digest ? ' checked' : ''}> ${text['digest']}</label>
<label>${text['language']} <select name="language">
<option value="en"${preferences.language === 'en' ? ' selected' : ''}>English</option>
<option value="ja"${preferences.language === 'ja' ? ' selected' : ''}>日本語</option></select></label>
<label>${text['quiet']} <input type="time" name="quiet_from" value="${quiet?.from ?? ''}"> –
<input type="time" name="quiet_to" value="${quiet?.to ?? ''}"></label>
<button>${text['save']}</button></form>`,
  );
}

/** Asks before it stops anything: what opens a link is a mail scanner as often as a person. */
export function unsubscribePage(language: Language, isDone: boolean): string {
  const text = words[language];
  const body = isDone
    ? `<p role="status"><strong>${text['stopped']}</strong></p>`
    : `<form method="post"><p>${text['ask']}</p><button>${text['stop']}</button></form>`;
  return page(language, 'title', body);
}

function channel(
  name: 'email' | 'push',
  text: Readonly<Record<string, string>>,
  { enabled, mute_until }: Preferences['email'],
): string {
  return `<fieldset><legend>${text[name]}</legend>
<label><input type="checkbox" name="${name}"${enabled ? ' checked' : ''}> ${text[name]}</label>
<label>${text['mute']} <input name="${name}_mute_until" value="${escapeHtml(mute_until ?? '')}"
 placeholder="2026-12-31T09:00:00Z"></label></fieldset>`;
}

function page(language: Language, title: string, body: string): string {
  const heading = words[language][title] ?? '';
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>${heading}</title><style>${STYLE}</style></head><body><main><h1>${heading}</h1>
${body}
</main></body></html>`;
}
