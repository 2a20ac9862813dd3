import { createDeciderSignatures } from '../../src/crypto/decider-signatures.js';
import { testSecrets } from './servers/object-stores.js';

/** As the API of a test signs them. */
export const testDeciders = createDeciderSignatures(testSecrets);
