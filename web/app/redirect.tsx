import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';

/** `#session=…` is how the page of an older workflow in the Temporal Web UI leads here. */
export function Redirect({ to }: { readonly to: string }) {
  const { route } = useLocation();
  useEffect(() => {
    const session = new URLSearchParams(location.hash.slice(1)).get('session');
    route(session === null ? to : `/sessions/${encodeURIComponent(session)}`, true);
  }, []);
  return null;
}
