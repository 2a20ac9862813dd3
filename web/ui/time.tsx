import { now } from '../app/clock';
import { dateTime, duration, relative } from '../app/format';

/** When it was, as people say it; the exact moment on hover. */
export function Ago({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={dateTime(at)}>
      {relative(at, now.value)}
    </time>
  );
}

/** How long it has been going on. */
export function Since({ at }: { readonly at: string }) {
  return (
    <time class="figures" dateTime={at} title={dateTime(at)}>
      {duration(Math.max(0, now.value - Date.parse(at)))}
    </time>
  );
}
