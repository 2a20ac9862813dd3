import { call } from '../app/client';

const WORKER = '/push-worker.js';

/** Nobody of the staff has the address that a device was to belong to. */
export class NobodyError extends Error {
  override readonly name = 'NobodyError';
}

export function canPush(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in globalThis && isSecureContext;
}

export async function currentSubscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration(WORKER);
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** The browser's subscription first: what the API then keeps is one that exists. */
export async function subscribe(email: string): Promise<void> {
  const { items } = await call('listStaff', { query: { email, limit: 1 } });
  const [person] = items;
  if (person === undefined) throw new NobodyError();
  const { public_key } = await call('getPushKey');
  await navigator.serviceWorker.register(WORKER);
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: public_key,
  });
  const { endpoint, keys } = subscription.toJSON();
  try {
    await call('createPushSubscription', {
      body: {
        staff_id: person.id,
        endpoint: endpoint ?? '',
        keys: { p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' },
      },
    });
  } catch (error) {
    await subscription.unsubscribe();
    throw error;
  }
}

/** Deletes the API's record too, if it can be found. A record left behind is removed by its first 410. */
export async function unsubscribe(): Promise<void> {
  const subscription = await currentSubscription();
  if (subscription === null) return;
  const { items } = await call('listPushSubscriptions', { query: { limit: 100 } });
  const known = items.find(({ endpoint }) => endpoint === subscription.endpoint);
  await subscription.unsubscribe();
  if (known !== undefined) await call('removePushSubscription', { params: { id: known.id } });
}
