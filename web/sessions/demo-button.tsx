import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { useAction } from '../app/use-action';
import { Button } from '../ui/button';
import { startSession } from './session-list-queries';

/** A first session for a fresh install: a small template, and a topic in the reader's language. */
export function DemoButton() {
  const address = useAddress();
  const { busy, run } = useAction();
  const start = (): Promise<boolean> =>
    run(async () => {
      const { id } = await startSession({
        topic: t().sessions.demoTopic,
        template: 'minimal',
        tags: ['demo'],
      });
      address.go(`/sessions/${id}`);
    });
  return (
    <Button icon="play" busy={busy.value} onClick={() => void start()}>
      {t().sessions.demo}
    </Button>
  );
}
