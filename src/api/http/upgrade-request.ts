import { IncomingMessage } from 'node:http';

/**
 * Requests for an upgrade that we do not have (`Upgrade: h2c`, sent by curl and Java's client) are ordinary requests:
 * RFC 9110, 7.8. Node would give each of them to the upgrade listener, without its body. This property is its only
 * other way to say no.
 */
export class UpgradeRequest extends IncomingMessage {
  declare private asked: boolean | null;

  get upgrade(): boolean {
    return this.asked === true && this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(asked: boolean | null) {
    this.asked = asked;
  }
}
