import { Markdown } from './markdown';
import { classOfCell, wordsOf } from './words-of';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** An output with a schema, as a person reads it: names and values, lists, and tables of like rows. */
export function DataView({ value }: { readonly value: unknown }) {
  return <div class="prose data-view">{draw(value as Json)}</div>;
}

function draw(value: Json) {
  if (value === null) return <span class="quiet">–</span>;
  if (typeof value === 'string') return <Markdown text={value} />;
  if (typeof value !== 'object') return <span class="figures">{String(value)}</span>;
  if (isList(value)) return drawList(value);
  return (
    <dl>
      {Object.entries(value).map(([name, member]) => (
        <div key={name}>
          <dt dir="auto">{wordsOf(name)}</dt>
          <dd>{draw(member)}</dd>
        </div>
      ))}
    </dl>
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

const isFlat = (value: Json): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((member) => typeof member !== 'object');

function drawList(list: readonly Json[]) {
  const names = list.length > 1 && list.every(isFlat) ? Object.keys(list[0] as object) : [];
  if (names.length > 1 && names.length <= 6) return drawTable(list as readonly Record<string, Json>[], names);
  return (
    <ol>
      {list.map((member, place) => (
        <li key={place}>{draw(member)}</li>
      ))}
    </ol>
  );
}

function drawTable(rows: readonly Record<string, Json>[], names: readonly string[]) {
  return (
    <div class="prose-table" tabIndex={0} role="group">
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {wordsOf(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>{names.map((name) => drawCell(name, String(row[name] ?? '')))}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function drawCell(name: string, text: string) {
  return (
    <td key={name} dir="auto" class={classOfCell(text)}>
      {text}
    </td>
  );
}
