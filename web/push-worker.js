/**
 * Shows web pushes of deadlines, also while no page is open. Browsers that know declarative web push show them without it.
 * W1. A push always shows something: a browser takes the permission from pages whose pushes show nothing.
 * W2. A click opens an address of this very site, or none: a payload does not lead elsewhere.
 */
addEventListener('push', (event) => {
  event.waitUntil(show(event.data));
});

addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { navigate } = event.notification.data ?? {};
  if (isOwn(navigate)) event.waitUntil(clients.openWindow(navigate));
});

function show(data) {
  const { title = 'Sluice', body = '', lang = 'en', tag, navigate } = read(data);
  return registration.showNotification(title, { body, lang, tag, data: { navigate } });
}

function read(data) {
  try {
    const { web_push, notification } = data.json();
    return web_push === 8030 && typeof notification === 'object' && notification !== null ? notification : {};
  } catch {
    return {};
  }
}

function isOwn(address) {
  return typeof address === 'string' && URL.canParse(address) && new URL(address).origin === location.origin;
}
