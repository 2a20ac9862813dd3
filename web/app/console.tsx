import { QueryClientProvider } from '@tanstack/preact-query';
import { ErrorBoundary, lazy, LocationProvider } from 'preact-iso';
import { me } from './me';
import { queries } from './queries';
import { CONSOLE_PATHS } from './routes';
import { Shell } from './shell';
import { Toasts } from './toasts';

const SignInPage = lazy(() => import('../sign-in/sign-in-page').then((part) => part.SignInPage));

export function Console() {
  if (me.value == null) {
    return (
      <>
        <ErrorBoundary>
          <SignInPage />
        </ErrorBoundary>
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
