import { signal } from '@preact/signals';

/** The present, for what counts up or down. It stands still while nobody looks. */
export const now = signal(Date.now());

setInterval(() => {
  if (document.visibilityState === 'visible') now.value = Date.now();
}, 1_000);
