/**
 * The cached values, and their longest life. A namespace is dropped as a whole when a change commits.
 *   users       `list:<sha256 of filters and page>` and `one:<user id>`
 *   user-stats  `all` and `facets:<sha256 of filters>`
 */
export const cacheTtlSeconds = { users: 300, 'user-stats': 3_600 } as const;

export type CacheNamespace = keyof typeof cacheTtlSeconds;
