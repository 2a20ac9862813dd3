import { recall, remember } from '../app/storage';

/**
 * Loads a part of the console that comes later. After a deploy the server has no part of the open page's version: the
 * page is loaded again. Its address holds the state, and drafts are kept.
 */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (error) {
    // A part that is missing in this version too would reload the page for ever.
    if (Date.now() - Number(recall('reloaded')) < 10_000) throw error;
    // Loaded while the API is away, the page would be the browser's own.
    while (!(await fetch('/healthz').catch(() => null))?.ok)
      await new Promise((done) => setTimeout(done, 1_000));
    remember('reloaded', String(Date.now()));
    location.reload();
    return new Promise(() => undefined);
  }
}
