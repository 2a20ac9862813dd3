import { createPublicKey } from 'node:crypto';
import { jwtVerify } from 'jose';
import { vapidKeysOf } from '../../../src/crypto/vapid-keys.js';
import { renderPush } from '../../../src/domain/notifications/render-notice.js';
import { createPushSender } from '../../../src/platform/notifications/push-sender.js';
import { createOutbound } from '../../../src/platform/outbound-http.js';
import { pushServiceTls } from '../../support/notifications/push-certificate.js';
import { startPushService, type PushService } from '../../support/notifications/push-service.js';
import { createReceiver } from '../../support/notifications/receive-push.js';
import { testSecrets } from '../../support/servers/object-stores.js';

const keys = vapidKeysOf(undefined, testSecrets);
const subject = 'mailto:test@sluice.test';
let service: PushService;
beforeAll(async () => {
  service = await startPushService(pushServiceTls);
});
afterAll(() => service.close());

const payload = JSON.stringify(
  renderPush({
    office: 'Nakano',
    name: '彩',
    language: 'ja',
    items: [
      {
        deadlineId: 'ddl_1',
        title: '年次税務申告',
        dueOn: '2026-03-17',
        daysLeft: 7,
        threshold: 7,
        critical: false,
      },
    ],
    links: { preferences: 'https://sluice.test/p/t', unsubscribe: 'https://sluice.test/u/t' },
  }),
);

/** The public key of a `k=` parameter, as WebCrypto knows it. */
function publicKeyOf(point: string) {
  const bytes = Buffer.from(point, 'base64url');
  const [x, y] = [bytes.subarray(1, 33).toString('base64url'), bytes.subarray(33).toString('base64url')];
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
}

test('a push goes over TLS, and only the device reads it: declarative, with the link of the person', async () => {
  const sender = createPushSender(
    keys,
    subject,
    createOutbound({ allowLoopback: true, ca: pushServiceTls.cert }),
  );
  const device = createReceiver();
  const subscription = { endpoint: `${service.url}/device`, ...device.keys };
  const outcome = await sender.send({ subscription, payload, urgency: 'high', topic: 'one' });
  expect(outcome).toEqual({ kind: 'sent' });
  const push = service.pushes.at(-1);
  expect(push?.headers).toMatchObject({ 'content-encoding': 'aes128gcm', urgency: 'high', topic: 'one' });
  expect(push?.body.toString('latin1')).not.toContain('web_push');
  expect(JSON.parse(device.read(push?.body ?? Buffer.alloc(0)))).toEqual({
    web_push: 8030,
    notification: expect.objectContaining({
      title: expect.stringContaining('年次税務申告') as string,
      lang: 'ja',
      navigate: 'https://sluice.test/p/t',
    }) as object,
  });
  const [, token, key] = /^vapid t=([^,]+), k=(\S+)$/.exec(push?.headers.authorization ?? '') ?? [];
  expect(key).toBe(sender.publicKey);
  const { payload: claims } = await jwtVerify(token ?? '', publicKeyOf(key ?? ''), { audience: service.url });
  expect(claims.sub).toBe(subject);
});

test('a service gets one token for many pushes, and another service another one', async () => {
  const sender = createPushSender(
    keys,
    subject,
    createOutbound({ allowLoopback: true, ca: pushServiceTls.cert }),
  );
  const other = await startPushService(pushServiceTls);
  const { keys: deviceKeys } = createReceiver();
  for (const endpoint of [`${service.url}/a`, `${service.url}/b`, `${other.url}/c`]) {
    const subscription = { endpoint, ...deviceKeys };
    await sender.send({ subscription, payload, urgency: 'normal', topic: 'many' });
  }
  const [first, second] = service.pushes.slice(-2).map(({ headers }) => headers.authorization);
  expect(second).toBe(first);
  const [, token, key] =
    /^vapid t=([^,]+), k=(\S+)$/.exec(other.pushes[0]?.headers.authorization ?? '') ?? [];
  await jwtVerify(token ?? '', publicKeyOf(key ?? ''), { audience: other.url });
  await other.close();
});

test('a service that nobody vouches for gets no message, and may be asked again', async () => {
  const sender = createPushSender(keys, subject, createOutbound({ allowLoopback: true }));
  const before = service.pushes.length;
  const subscription = { endpoint: `${service.url}/device`, ...createReceiver().keys };
  const outcome = await sender.send({ subscription, payload, urgency: 'normal', topic: 'two' });
  expect(outcome).toMatchObject({ kind: 'again' });
  expect(service.pushes).toHaveLength(before);
});
