/**
 * Gives the focus a home when the focused element leaves the page, which else starts at its top again.
 * F1. The home is the nearest part around it that is still there and can hold the focus, else the page.
 * F2. Somebody who clicks beside everything, or presses Escape in a field, wants no focus.
 */
export function keepFocus(): void {
  let around: readonly EventTarget[] = [];
  const onFocus = (event: FocusEvent): void => void (around = event.composedPath());
  const onBlur = ({ target }: FocusEvent): void =>
    // Chromium tells of a removal too, before it happens: the element is gone only afterwards.
    queueMicrotask(() => {
      if (around[0] === target && (target as Element).isConnected) around = [];
    });
  const observer = new MutationObserver(() => {
    const [lost] = around;
    if (lost === undefined || (lost as Element).isConnected) return;
    if (document.activeElement === document.body) homeOf(around)?.focus({ preventScroll: true });
    around = [];
  });
  document.addEventListener('focusin', onFocus);
  document.addEventListener('focusout', onBlur);
  observer.observe(document.body, { childList: true, subtree: true });
}

function homeOf(around: readonly EventTarget[]): HTMLElement | null {
  const home = around.find(
    (each): each is HTMLElement =>
      each instanceof HTMLElement && each.isConnected && each.matches('[tabindex], dialog'),
  );
  if (home === undefined) return document.getElementById('main');
  return home.matches('dialog') ? home.querySelector('button') : home;
}
