import type { QuietHours } from './quiet-hours.js';
import type { ThresholdRule } from './thresholds.js';

/** Everything that a plan is made of, as it was read. */
export const channels = ['email', 'push'] as const;
export type Channel = (typeof channels)[number];

export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];

export const deliveryStatuses = [
  'planned',
  'held',
  'sending',
  'sent',
  'failed',
  'unknown',
  'skipped',
] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];
/** Of a delivery that reached its channel, and will not again. */
export const attemptedStatuses = ['sent', 'failed', 'unknown'] as const satisfies DeliveryStatus[];

export interface OfficeFacts {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly staff: readonly StaffFacts[];
  readonly deadlines: readonly DeadlineFacts[];
  readonly earlier: readonly EarlierKey[];
}

export interface ChannelChoice {
  readonly enabled: boolean;
  /** RFC 3339; null: not muted. */
  readonly muteUntil: string | null;
}

export interface StaffFacts extends Readonly<Record<Channel, ChannelChoice>> {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly language: Language;
  /** Several deadlines in one message. */
  readonly digest: boolean;
  readonly quietHours: QuietHours | null;
  /** Why the address is not written to any more; null while it is. */
  readonly suppressed: string | null;
  readonly subscriptionIds: readonly string[];
}

export interface DeadlineFacts {
  readonly id: string;
  readonly title: string;
  readonly dueOn: string;
  /** It ignores mutes. */
  readonly critical: boolean;
}

/** A person was, or will be, notified of a deadline at a threshold. */
export interface EarlierKey {
  readonly deadlineId: string;
  /** A staff id for mail, a subscription id for push. */
  readonly recipient: string;
  readonly channel: Channel;
  readonly threshold: number;
  readonly dueOn: string;
  readonly deliveryId: string;
  readonly status: DeliveryStatus;
  /** The run that is to send it has ended, so it never will. */
  readonly abandoned: boolean;
}

export interface PlanSettings {
  readonly thresholds: ThresholdRule;
  readonly asOfMs: number;
}
