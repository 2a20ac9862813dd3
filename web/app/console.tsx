import { QueryClientProvider } from '@tanstack/preact-query';
import { LocationProvider } from 'preact-iso';
import { me } from './me';
import { queries } from './queries';
import { CONSOLE_PATHS } from './routes';
import { Shell } from './shell';
import { SignInPage } from '../sign-in/sign-in-page';
import { Toasts } from './toasts';

export function Console() {
  if (me.value == null) {
    return (
      <>
        <SignInPage />
        <Toasts />
      </>
    );
  }
  return (
    <QueryClientProvider client={queries}>
      <LocationProvider scope={CONSOLE_PATHS}>
        <Shell />
      </LocationProvider>
    </QueryClientProvider>
  );
}
