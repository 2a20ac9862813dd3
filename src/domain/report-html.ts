import { humanDuration, type ActivityFacts } from './activity-report.js';

/** One self-contained page: no script, no request to anywhere, readable in the dark and on paper. */
export function renderReportHtml(facts: ActivityFacts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(facts.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(facts.title)}</h1>
<p>${time(facts.from)} – ${time(facts.to)} · ${facts.total} runs${facts.scope === 'own' ? ' of your own' : ''}</p>
<h2>By kind and status</h2>
${byKind(facts)}
<h2>Most recent</h2>
${recent(facts)}
<h2>Failures</h2>
${failures(facts)}
</body>
</html>
`;
}

function byKind(facts: ActivityFacts): string {
  const most = Math.max(1, ...facts.byKind.map((each) => each.count));
  const rows = facts.byKind.map((each) => [
    escapeHtml(each.kind),
    badge(each.status),
    `<span class="bar" style="width:${((each.count / most) * 8).toFixed(2)}rem"></span> ${each.count}`,
    humanDuration(each.medianMs),
    humanDuration(each.p95Ms),
  ]);
  return table(['Kind', 'Status', 'Runs', 'Median', 'p95'], rows);
}

function recent(facts: ActivityFacts): string {
  const rows = facts.recent.map((run) => [
    time(run.createdAt),
    `<code>${escapeHtml(run.id)}</code>`,
    escapeHtml(run.kind),
    escapeHtml(run.title),
    badge(run.status),
    humanDuration(run.durationMs),
  ]);
  return table(['Created', 'Id', 'Kind', 'Title', 'Status', 'Duration'], rows);
}

function failures(facts: ActivityFacts): string {
  const rows = facts.failures.map((run) => [
    time(run.createdAt),
    `<code>${escapeHtml(run.id)}</code>`,
    escapeHtml(run.kind),
    `<code>${escapeHtml(run.code)}</code>`,
    escapeHtml(run.message),
  ]);
  return table(['Created', 'Id', 'Kind', 'Code', 'What happened'], rows);
}

/** The cells are HTML already; only this file makes them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p class="none">Nothing.</p>';
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table>
<thead>${cells('th', head)}</thead>
<tbody>
${rows.map((row) => cells('td', row)).join('\n')}
</tbody>
</table></div>`;
}

function badge(status: string): string {
  return `<span class="badge ${escapeHtml(status)}">${escapeHtml(status.replaceAll('_', ' '))}</span>`;
}

/** To the second: nobody reads microseconds on a page, and the exact moment stays in the attribute. */
function time(at: string): string {
  return `<time datetime="${escapeHtml(at)}">${escapeHtml(at.slice(0, 19).replace('T', ' '))} UTC</time>`;
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

const style = `
:root{color-scheme:light dark;--line:light-dark(#d8dce3,#3a4150);--quiet:light-dark(#5c6676,#9aa5b5)}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
p,.none{color:var(--quiet)}.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--quiet)}code{font-size:.85em;overflow-wrap:anywhere}
.bar{display:inline-block;height:.6rem;background:#4c7bd9;border-radius:2px}
.badge{padding:.05rem .45rem;border-radius:1rem;border:1px solid var(--line);white-space:nowrap;font-size:.85em}
.completed{border-color:#2c8a57}.failed{border-color:#c4423c}.needs_attention,.waiting_approval{border-color:#b9801f}
@media print{body{margin:0}}
`;
