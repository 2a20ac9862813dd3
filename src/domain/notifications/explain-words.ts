import type { Channel, Language } from './planning-facts.js';

/** Why a person is, or is not, notified of a deadline, as whole sentences. */
interface ExplainWords {
  readonly channels: Readonly<Record<Channel, string>>;
  readonly wouldSend: string;
  /** By reason. */
  readonly sentences: Readonly<Record<string, string>>;
  unknownZone(timeZone: string): string;
  /** Channels follow each other. */
  join(parts: readonly (readonly [channel: string, sentence: string])[]): string;
}

const english: ExplainWords = {
  channels: { email: 'Mail', push: 'Push' },
  wouldSend: 'a run would tell them now.',
  sentences: {
    deadline_closed: 'The deadline is closed, so nobody is told of it.',
    office_inactive: 'The office is not active, so nobody of it is told anything.',
    person_inactive: 'The person is not active, so they are told nothing.',
    no_threshold: 'No threshold of this deadline has been reached yet.',
    channel_disabled: 'The person has switched this channel off.',
    address_suppressed: 'The receiving server refused the address for good.',
    no_subscription: 'The person has no device that takes pushes.',
    muted: 'The person has muted this channel, and the deadline is not critical.',
    held: 'A message about it waits for the end of the quiet hours.',
    quiet_hours: 'It is quiet for this person now: a message would wait.',
    already_sent: 'They were told at this threshold before.',
    already_planned: 'A run is about to tell them.',
    outcome_unknown: 'A message may have arrived; only a person has it sent once more.',
    failed_before: 'A message at this threshold was refused.',
  },
  unknownZone: (timeZone) => `The office cannot be planned: its time zone ${timeZone} is unknown.`,
  join: (parts) => parts.map(([channel, sentence]) => `${channel}: ${sentence}`).join(' '),
};

const japanese: ExplainWords = {
  channels: { email: 'メール', push: 'プッシュ通知' },
  wouldSend: '今実行すれば送信されます。',
  sentences: {
    deadline_closed: '期限は完了済みのため、誰にも通知されません。',
    office_inactive: '事業所が無効のため、所属者には何も通知されません。',
    person_inactive: '担当者が無効のため、何も通知されません。',
    no_threshold: 'この期限はまだどの通知日にも達していません。',
    channel_disabled: '本人がこの通知手段をオフにしています。',
    address_suppressed: '受信側のサーバーがこの宛先を恒久的に拒否しました。',
    no_subscription: 'プッシュ通知を受け取る端末が登録されていません。',
    muted: '本人がこの通知手段を停止しており、期限は重要に指定されていません。',
    held: '通知は控える時間帯が終わるまで保留されています。',
    quiet_hours: '今は通知を控える時間帯のため、通知は保留されます。',
    already_sent: 'この通知日の分はすでに通知済みです。',
    already_planned: 'まもなく通知されます。',
    outcome_unknown: '届いた可能性があります。再送するかどうかは人が判断します。',
    failed_before: 'この通知日の通知は拒否されました。',
  },
  unknownZone: (timeZone) => `事業所のタイムゾーン ${timeZone} が不明なため、計画できません。`,
  join: (parts) => parts.map(([channel, sentence]) => `${channel}:${sentence}`).join(''),
};

export const explainWords: Readonly<Record<Language, ExplainWords>> = { en: english, ja: japanese };
