import type { InputOf } from '../../app/types';
import { useAction } from '../../app/use-action';
import { command } from '../session-queries';

/** Goes on with a session that waits for a person, as it is or with changes. */
export function useContinue(id: string) {
  const { busy, run } = useAction();
  return {
    busy,
    run: (change: InputOf<'continueSession'>['body']): Promise<boolean> =>
      run(() => command(id, 'continueSession', change)),
  };
}
