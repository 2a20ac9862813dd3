import { IncomingMessage } from 'node:http';

/**
 * Requests that ask for an upgrade which we do not have (`Upgrade: h2c`, as curl and Java's client send it on plain HTTP)
 * are ordinary requests: RFC 9110, 7.8. Node would give every one of them to whoever listens for upgrades, without its
 * body; it asks this property, and in this line has no other way to say no.
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
