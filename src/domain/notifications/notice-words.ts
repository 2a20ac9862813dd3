import type { Language } from './planning-facts.js';

/** How many days are left, as it is said in each language. */
interface NoticeWords {
  subject(count: number, first: string, when: string): string;
  greeting(name: string): string;
  intro(office: string, count: number): string;
  when(daysLeft: number): string;
  date(isoDate: string): string;
  readonly due: string;
  readonly critical: string;
  readonly preferences: string;
  readonly unsubscribe: string;
  readonly why: string;
}

const dateIn = (locale: string, options: Intl.DateTimeFormatOptions): ((isoDate: string) => string) => {
  const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
  return (isoDate) => format.format(Date.parse(isoDate));
};

const english: NoticeWords = {
  subject: (count, first, when) =>
    count === 1 ? `${first}: ${when}` : `${count} deadlines, the first ${when}: ${first}`,
  greeting: (name) => `Hello ${name},`,
  intro: (office, count) =>
    count === 1
      ? `this deadline of ${office} comes near or has passed:`
      : `these ${count} deadlines of ${office} come near or have passed:`,
  when: (daysLeft) => {
    if (daysLeft < 0) return daysLeft === -1 ? 'overdue by 1 day' : `overdue by ${-daysLeft} days`;
    if (daysLeft === 0) return 'due today';
    return daysLeft === 1 ? 'due tomorrow' : `due in ${daysLeft} days`;
  },
  date: dateIn('en-GB', { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' }),
  due: 'Due',
  critical: 'Critical',
  preferences: 'Change what you receive',
  unsubscribe: 'Stop these mails',
  why: 'You receive this because you belong to the office.',
};

const japanese: NoticeWords = {
  subject: (count, first, when) =>
    count === 1 ? `【${when}】${first}` : `【期限のお知らせ ${count}件】${first}(${when})ほか`,
  greeting: (name) => `${name} 様`,
  intro: (office, count) => `${office}の期限についてお知らせします(${count}件)。`,
  when: (daysLeft) => {
    if (daysLeft < 0) return `期限超過 ${-daysLeft}日`;
    if (daysLeft === 0) return '本日期限';
    return daysLeft === 1 ? '明日期限' : `期限まで${daysLeft}日`;
  },
  date: dateIn('ja-JP', { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' }),
  due: '期限',
  critical: '重要',
  preferences: '受信設定を変更する',
  unsubscribe: 'メールの受信を停止する',
  why: 'このメールは事業所に所属する方にお送りしています。',
};

export const noticeWords: Readonly<Record<Language, NoticeWords>> = { en: english, ja: japanese };
