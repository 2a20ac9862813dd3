import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/**
 * The number of things that wait for this person. The title and the icon show it, also while the page is in
 * the background.
 */
export const waitingCount = signal(0);
const pageTitle = signal('Sluice');

export function usePageTitle(title: string): void {
  useEffect(() => {
    pageTitle.value = title;
  }, [title]);
}

effect(() => {
  const count = waitingCount.value;
  const title = pageTitle.value === 'Sluice' ? 'Sluice' : `${pageTitle.value} · Sluice`;
  document.title = count > 0 ? `(${count}) ${title}` : title;
});

const SIDE = 32;

effect(() => {
  const count = waitingCount.value;
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (link === null || context === null) return;
  drawMark(context);
  if (count > 0) drawCount(context, count > 9 ? '9+' : String(count));
  link.href = canvas.toDataURL('image/png');
});

function drawMark(context: CanvasRenderingContext2D): void {
  context.fillStyle = '#0d6e7f';
  context.beginPath();
  context.roundRect(0, 0, SIDE, SIDE, 7);
  context.fill();
  context.strokeStyle = '#fff';
  context.lineWidth = 3;
  context.lineCap = 'round';
  for (const [y, from, to] of [
    [10, 7, 25],
    [16, 7, 19],
    [22, 7, 25],
  ] as const) {
    context.beginPath();
    context.moveTo(from, y);
    context.lineTo(to, y);
    context.stroke();
  }
}

function drawCount(context: CanvasRenderingContext2D, text: string): void {
  context.fillStyle = '#e39a1c';
  context.beginPath();
  context.arc(SIDE - 10, 10, 10, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = '#1c1200';
  context.font = 'bold 14px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, SIDE - 10, 11);
}
