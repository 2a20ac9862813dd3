import { useSignal } from '@preact/signals';
import { notices } from './notice-words';

interface MessageViewProps {
  readonly subject: string;
  readonly text: string | null;
  /** Where its HTML is: shown in a frame that has no right. Null: it has none. */
  readonly htmlAt: string | null;
}

/** A message as whoever gets it sees it. */
export function MessageView({ subject, text, htmlAt }: MessageViewProps) {
  const words = notices().deliveries;
  const isText = useSignal(htmlAt === null);
  return (
    <article class="message">
      <header class="message-head">
        <h2 dir="auto">{subject}</h2>
        {htmlAt !== null && text !== null && (
          <div class="segments" role="group" aria-label={subject}>
            {([false, true] as const).map((asText) => (
              <button
                key={String(asText)}
                type="button"
                aria-pressed={isText.value === asText}
                onClick={() => (isText.value = asText)}
              >
                {asText ? words.text : words.html}
              </button>
            ))}
          </div>
        )}
      </header>
      {isText.value || htmlAt === null ? (
        <pre class="message-text" dir="auto" tabIndex={0}>
          {text}
        </pre>
      ) : (
        <iframe class="message-frame" title={subject} src={htmlAt} sandbox="" />
      )}
    </article>
  );
}
