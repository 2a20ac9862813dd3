import { IncomingMessage } from 'node:http';

/** Node's constructor calls the setter before fields of this class exist, so no `#private` field can hold the value. */
const asked = Symbol('asked');

/**
 * Requests for an upgrade that we do not have (`Upgrade: h2c`, sent by curl and Java's client) are ordinary requests.
 * RFC 9110, 7.8. Node would give each of them to the upgrade listener, without its body. This property is its only
 * other way to say no.
 */
export class UpgradeRequest extends IncomingMessage {
  declare [asked]: boolean | null;

  get upgrade(): boolean {
    return this[asked] === true && this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(given: boolean | null) {
    this[asked] = given;
  }
}
