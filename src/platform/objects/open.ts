import { join } from 'node:path';
import { createFileLinks } from '../../crypto/file-links.js';
import type { SigningSecrets } from '../../crypto/signing-secrets.js';
import type { Config } from '../config.js';
import type { ObjectStore } from './object-store.js';
import { createLocalObjectStore } from './local.js';

/** In the bucket where one is named, else in a folder. The S3 client is loaded only where it is used: it is large. */
export async function openObjectStore(config: Config, secrets: SigningSecrets): Promise<ObjectStore> {
  if (config.s3Bucket !== undefined) return (await import('./s3.js')).openS3ObjectStore(config);
  return createLocalObjectStore({ folder: objectFolderOf(config), links: createFileLinks(secrets) });
}

export function objectFolderOf(config: Pick<Config, 'home' | 'objectStoreDir'>): string {
  return config.objectStoreDir ?? join(config.home, 'objects');
}
