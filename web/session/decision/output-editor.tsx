import { useEffect, useRef } from 'preact/hooks';
import { useDraft } from '../../app/drafts';
import { t } from '../../app/i18n';
import { useKeys } from '../../app/keys';
import { useAddress } from '../../app/location';
import type { GateRecord, PhaseView, SessionDetail } from '../../app/types';
import { Button } from '../../ui/button';
import { asData, SchemaForm } from '../../ui/schema-form';
import { readable } from '../../ui/readable';
import { WordDiff } from '../../ui/word-diff';
import { useDecision } from './decision-form';
import { useTemplate } from '../session-queries';

interface EditorProps {
  readonly session: SessionDetail;
  readonly phase: PhaseView;
  readonly gate: GateRecord;
}

/** Edits an output in its place. The draft belongs to the content that it began with, and survives a reload. */
export function OutputEditor({ session, phase, gate }: EditorProps) {
  const words = t().gate;
  const address = useAddress();
  const template = useTemplate(session.template.name, session.template.version);
  const schema = template.data?.definition.phases[phase.number - 1]?.steps.INTEGRATE.outputSchema;
  const isData = phase.outputContentType === 'application/json' && schema !== undefined;
  const original = phase.output ?? '';
  const draft = useDraft(`edit.${gate.id}.${gate.outputDigest}`, original);
  const article = useRef<HTMLElement>(null);
  // The next letter is one of the text, and no key of the page.
  useEffect(() => article.current?.querySelector<HTMLElement>('textarea, input, select')?.focus(), [isData]);
  const close = (): void => address.set({ edit: undefined });
  const send = useDecision(session, gate, () => {
    draft.forget();
    address.set({ edit: undefined }, true);
  });
  const isChanged = draft.text.value !== original && draft.text.value.trim() !== '';
  const save = (): void => {
    if (!isChanged) return;
    const edits =
      phase.outputContentType === 'application/json' ? asData(draft.text.value) : draft.text.value;
    void send.run({ decision: 'edit', outputDigest: gate.outputDigest, edits });
  };
  useKeys([
    { keys: 'mod+Enter', group: 'gate', label: words.saveAndApprove, run: save },
    { keys: 'Escape', group: 'gate', label: words.closeEditor, run: close },
  ]);
  return (
    <article ref={article} class="document editor" aria-label={words.editing(phase.title)}>
      <header class="document-head">
        <h2 dir="auto">{words.editing(phase.title)}</h2>
        <div class="row">
          <Button onClick={close} hint="Escape">
            {words.closeEditor}
          </Button>
          <Button kind="approve" hint="mod+Enter" busy={send.busy.value} disabled={!isChanged} onClick={save}>
            {words.saveAndApprove}
          </Button>
        </div>
      </header>
      {isData ? (
        <SchemaForm schema={schema} text={draft.text.value} onChange={draft.set} />
      ) : (
        <textarea
          class="input editor-text"
          aria-label={words.editing(phase.title)}
          value={draft.text.value}
          dir="auto"
          onInput={(event) => draft.set(event.currentTarget.value)}
        />
      )}
      {draft.text.value !== original && (
        <details class="decision-more">
          <summary>{words.yourChanges}</summary>
          <WordDiff before={readable(original)} after={readable(draft.text.value)} />
        </details>
      )}
    </article>
  );
}
