import { t } from '../app/i18n';

type State = Readonly<Record<string, unknown>> | null;

/** The members that an entry changed, with their values before and after. */
export function AuditChange({ before, after }: { readonly before: State; readonly after: State }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const changed = names.filter((name) => shown(before?.[name]) !== shown(after?.[name]));
  if (changed.length === 0) return null;
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label={t().audit.change}>
      <table class="table table-tight">
        <thead>
          <tr>
            <th scope="col">{t().audit.member}</th>
            <th scope="col">{t().audit.before}</th>
            <th scope="col">{t().audit.after}</th>
          </tr>
        </thead>
        <tbody>
          {changed.map((name) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td dir="auto">{before?.[name] !== undefined && <del>{shown(before[name])}</del>}</td>
              <td dir="auto">{after?.[name] !== undefined && <ins>{shown(after[name])}</ins>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function shown(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
