import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { toastProblem } from '../app/toasts';
import { Button } from '../ui/button';
import { startSession } from './session-list-queries';

/** A first session for a fresh install: a small template, and a topic in the reader's language. */
export function DemoButton() {
  const address = useAddress();
  const busy = useSignal(false);
  const start = async (): Promise<void> => {
    busy.value = true;
    try {
      const { id } = await startSession({
        topic: t().sessions.demoTopic,
        template: 'minimal',
        tags: ['demo'],
      });
      address.go(`/sessions/${id}`);
    } catch (error) {
      toastProblem(error);
      busy.value = false;
    }
  };
  return (
    <Button icon="play" busy={busy.value} onClick={() => void start()}>
      {t().sessions.demo}
    </Button>
  );
}
