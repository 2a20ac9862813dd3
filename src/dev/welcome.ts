import type { Home } from './home.js';
import type { StackAddresses } from './stack.js';

/** The first facts for a person once everything runs. */
export function welcome(addresses: StackAddresses, home: Home): string {
  return `
  Console          ${addresses.signInUrl}
                   (signs you in once, within 15 minutes)
  API              ${addresses.apiUrl}, its reference at ${addresses.apiUrl}/docs
  Temporal Web UI  ${addresses.temporalUiUrl ?? 'not known: set TEMPORAL_UI_URL'}
  Keys             ${home.devFile}

  Ctrl-C stops everything; the data stays in ${home.folder}.
`;
}
