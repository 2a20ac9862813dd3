import { t } from '../app/i18n';

const MOST_ROWS = 500;
/** A time or an id stays in one line. */
const MOST_UNBROKEN = 40;

/** The first rows of a CSV. */
export function CsvTable({ text }: { readonly text: string }) {
  const [head = [], ...rows] = parseCsv(text);
  return (
    <>
      <div class="table-frame" tabIndex={0} role="group" aria-label="CSV">
        <table class="table">
          <thead>
            <tr>
              {head.map((name, place) => (
                <th key={place} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST_ROWS).map((row, place) => (
              <tr key={place}>
                {row.map((cell, at) => (
                  <td key={at} class={cell.length > MOST_UNBROKEN ? 'topic' : 'unbroken'} dir="auto">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > MOST_ROWS && <p class="quiet">{t().reports.moreRows(rows.length - MOST_ROWS)}</p>}
    </>
  );
}

/** RFC 4180: quoted cells may hold commas, quotes and ends of lines. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    if (end === '' && quoted === undefined && plain === '' && row.length === 0) break;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}
