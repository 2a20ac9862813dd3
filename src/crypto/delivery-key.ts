import { createHash } from 'node:crypto';

/** The identity of a message: recipient, channel, day and content. */
export interface DeliveryKey {
  readonly channel: string;
  readonly recipient: string;
  readonly localDate: string;
  readonly items: readonly { readonly deadlineId: string; readonly threshold: number }[];
}

/** The same for the same key. The reader's program shows a mail that arrives twice only once. */
export function messageIdOf(key: DeliveryKey, host: string): string {
  const items = key.items.map((item) => `${item.deadlineId}:${item.threshold}`).sort();
  const text = [key.channel, key.recipient, key.localDate, ...items].join('\n');
  return `<${createHash('sha256').update(text).digest('hex').slice(0, 32)}@${host}>`;
}
