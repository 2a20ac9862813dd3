import { recall, remember } from './storage';

const AGAIN_MS = 10_000;
const ASK_MS = 1_000;

/**
 * Loads a part of the console that comes later. After a deploy the server has no part of the open page's version: the
 * page is loaded again. Its address holds the state, and drafts are kept.
 */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (error) {
    // A part that is missing in this version too would reload the page for ever.
    if (Date.now() - Number(recall('reloadedAt')) < AGAIN_MS) throw error;
    while (!(await isAnswered())) await new Promise((done) => setTimeout(done, ASK_MS));
    remember('reloadedAt', String(Date.now()));
    location.reload();
    return new Promise(() => undefined);
  }
}

/** Loaded while the API is away, the page would be the browser's own. */
async function isAnswered(): Promise<boolean> {
  try {
    return (await fetch('/healthz')).ok;
  } catch {
    return false;
  }
}
