import { Problem } from './problems.js';

const ENTITY_TAG = /^(?:W\/)?"(\d+)(?:\.[\w-]+)?"$/;

/**
 * The `ETag` of a record that counts its changes. `more` names other parts that a reader sees and that change by
 * themselves. They make another tag for readers, and none for a change of the record.
 */
export function etagOf(version: number, more?: string): string {
  return more === undefined ? `"${version}"` : `"${version}.${more}"`;
}

/**
 * Refuses a change to another version than the caller has read. The header is optional: without it, or with `*`, the
 * change applies to whatever is there now. Proxies that compress weaken tags, so a weak tag counts as well.
 */
export function requireVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const versions = ifMatch.split(',').map((tag) => ENTITY_TAG.exec(tag.trim())?.[1]);
  if (versions.includes(String(version))) return;
  throw new Problem('precondition_failed', {
    detail: `The record is at version ${version} now.`,
    headers: { ETag: etagOf(version) },
    extra: { version },
  });
}
