import { notificationRoutes } from '../../contracts/notifications/run-routes.js';
import { implement, reply, type Route } from '../http/route.js';

/** The keys that a browser needs before it subscribes. */
export function createPushKeyRoutes({ pushPublicKey }: { readonly pushPublicKey: string }): Route[] {
  return [
    implement(notificationRoutes.getPushKey, () =>
      Promise.resolve(reply(200, { public_key: pushPublicKey })),
    ),
  ];
}
