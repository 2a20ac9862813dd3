import { createPayloadCipher, type PayloadKey } from '../../../src/crypto/payload-cipher.js';
import { loadConfig } from '../../../src/platform/config.js';
import { createPayloadCodec, payloadCodecOf } from '../../../src/platform/temporal/payload-codec.js';

const keyOf = (id: string, byte: number): PayloadKey => ({ id, key: Buffer.alloc(32, byte) });
const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"a topic"') };
const [spring, autumn] = [keyOf('spring', 1), keyOf('autumn', 2)];
const codecOf = (...keys: [PayloadKey, ...PayloadKey[]]) => createPayloadCodec(createPayloadCipher(keys));

test('what is sealed shows neither its text nor how it was written, and comes back whole', async () => {
  const codec = codecOf(spring);
  const [sealed] = await codec.encode([plain]);
  expect(Buffer.from(sealed?.metadata?.['encoding'] ?? []).toString()).toBe('binary/encrypted');
  expect(Buffer.from(sealed?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('spring');
  expect(Buffer.from(sealed?.data ?? []).toString('latin1')).not.toMatch(/topic|json/);
  const [opened] = await codec.decode([sealed!]);
  expect(Buffer.from(opened?.data ?? [])).toEqual(plain.data);
  expect(Buffer.from(opened?.metadata?.['encoding'] ?? [])).toEqual(plain.metadata.encoding);
});

test('the same payload is sealed differently each time', async () => {
  const codec = codecOf(spring);
  const [one] = await codec.encode([plain]);
  const [other] = await codec.encode([plain]);
  expect(Buffer.from(one?.data ?? [])).not.toEqual(Buffer.from(other?.data ?? []));
});

test('after a rotation the new key seals and the old one still opens', async () => {
  const [old] = await codecOf(spring).encode([plain]);
  const rotated = codecOf(autumn, spring);
  const [opened] = await rotated.decode([old!]);
  expect(Buffer.from(opened?.data ?? [])).toEqual(plain.data);
  const [fresh] = await rotated.encode([plain]);
  expect(Buffer.from(fresh?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('autumn');
});

test('a payload whose key is gone, or that was altered, or that names another key, is not opened', async () => {
  const [sealed] = await codecOf(spring).encode([plain]);
  await expect(codecOf(autumn).decode([sealed!])).rejects.toThrow('there is no payload key "spring"');
  const altered = Buffer.from(sealed?.data ?? []);
  altered[altered.length - 1]! ^= 1;
  const changed = { ...sealed, data: altered };
  await expect(codecOf(spring).decode([changed])).rejects.toThrow('was altered');
  const same = keyOf('other', 1);
  const renamed = { ...sealed, metadata: { ...sealed?.metadata, 'encryption-key-id': Buffer.from('other') } };
  await expect(codecOf(same).decode([renamed])).rejects.toThrow('was altered');
});

test('what was written before keys were given is left as it is', async () => {
  expect(await codecOf(spring).decode([plain])).toEqual([plain]);
});

test('keys come from the configuration, the first one seals, and a switch only opens', async () => {
  const keys = [autumn, spring]
    .map(({ id, key }) => `${id}:${Buffer.from(key).toString('base64')}`)
    .join(',');
  const codec = payloadCodecOf(loadConfig({ TEMPORAL_PAYLOAD_KEYS: keys }));
  const [sealed] = await codec!.encode([plain]);
  expect(Buffer.from(sealed?.metadata?.['encryption-key-id'] ?? []).toString()).toBe('autumn');
  const opener = payloadCodecOf(
    loadConfig({ TEMPORAL_PAYLOAD_KEYS: keys, TEMPORAL_PAYLOAD_ENCRYPT: 'false' }),
  );
  expect(await opener!.encode([plain])).toEqual([plain]);
  expect(Buffer.from((await opener!.decode([sealed!]))[0]?.data ?? [])).toEqual(plain.data);
  expect(payloadCodecOf(loadConfig({}))).toBeUndefined();
});

test.each(['spring', 'spring:short', `a:${'A'.repeat(43)}=,a:${'A'.repeat(43)}=`])(
  'the keys %s are refused, and the message does not repeat them',
  (given) => {
    expect(() => loadConfig({ TEMPORAL_PAYLOAD_KEYS: given })).toThrow(/TEMPORAL_PAYLOAD_KEYS/);
    expect(() => loadConfig({ TEMPORAL_PAYLOAD_KEYS: given })).not.toThrow(given);
  },
);
