import { useLocation } from 'preact-iso';

export interface Address {
  /** The value of a parameter of the address; an empty text when it is missing. */
  readonly get: (name: string) => string;
  /** Changes some parameters. Undefined or empty takes one away; `replace` leaves no step to go back to. */
  readonly set: (change: Readonly<Record<string, string | undefined>>, replace?: boolean) => void;
  readonly go: (url: string) => void;
  readonly path: string;
  readonly search: string;
}

/** The address holds the state of a page, so back, reload and a shared link work. */
export function useAddress(): Address {
  const { url, path, query, route } = useLocation();
  const at = url.indexOf('?');
  return {
    path,
    search: at < 0 ? '' : url.slice(at),
    get: (name) => query[name] ?? '',
    set: (change, replace = false) => {
      const params = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(change)) {
        if (value === undefined || value === '') params.delete(name);
        else params.set(name, value);
      }
      const text = params.toString();
      route(location.pathname + (text === '' ? '' : `?${text}`), replace);
    },
    go: (target) => route(target),
  };
}
