import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { IconButton } from '../ui/button';

/** The time of the entries, and the one thing that they are about. */
export function AuditFilters() {
  const words = t().audit;
  const address = useAddress();
  const resource = address.get('resourceId');
  return (
    <div class="filters">
      <Moment name="from" label={words.since} />
      <Moment name="to" label={words.until} />
      {resource !== '' && (
        <span class="chip chip-removable">
          <code>{resource}</code>
          <IconButton
            icon="close"
            label={t().actions.remove}
            onClick={() => address.set({ resourceId: undefined }, true)}
          />
        </span>
      )}
    </div>
  );
}

function Moment({ name, label }: { readonly name: 'from' | 'to'; readonly label: string }) {
  const address = useAddress();
  return (
    <label class="audit-moment">
      {label}
      <input
        class="input input-small"
        type="datetime-local"
        value={localText(address.get(name))}
        onChange={(event) => address.set({ [name]: momentOf(event.currentTarget.value) }, true)}
      />
    </label>
  );
}

const MINUTE_MS = 60_000;
const UP_TO_MINUTES = 16;

/** A moment as the field takes it: the reader's own time, up to minutes. */
function localText(moment: string): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return '';
  const local = new Date(at.getTime() - at.getTimezoneOffset() * MINUTE_MS);
  return local.toISOString().slice(0, UP_TO_MINUTES);
}

function momentOf(text: string): string | undefined {
  return text === '' ? undefined : new Date(text).toISOString();
}
