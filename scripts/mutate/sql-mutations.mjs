// The mutations of an `sql` template: a lost condition, lock, order or limit, another operator or aggregate.
const swaps = [
  [/<=/g, '<'],
  [/>=/g, '>'],
  [/(?<![<>=!-])<(?![=>@])/g, '<='],
  [/(?<![<>=!-])>(?![=>])/g, '>='],
  [/(?<![<>=!:])=(?![=>])/g, '<>'],
  [/<>/g, '='],
  [/\bis not null\b/g, 'is null'],
  [/\bis null\b/g, 'is not null'],
  [/\bis not distinct from\b/g, 'is distinct from'],
  [/\bis distinct from\b/g, 'is not distinct from'],
  [/\s+for (no key )?update( of \w+)?( skip locked| nowait)?/g, ''],
  [/\s+for (key )?share( of \w+)?/g, ''],
  [/ skip locked\b/g, ''],
  [/\bnot exists\b/g, 'exists'],
  [/(?<!not )\bexists\b(?! \w)/g, 'not exists'],
  [/\bdistinct (?!on\b|from\b)/g, ''],
  [/\bgreatest\b/g, 'least'],
  [/\bleast\b/g, 'greatest'],
  [/\bmin\(/g, 'max('],
  [/\bmax\(/g, 'min('],
  [/ desc\b/g, ''],
  [/\bleft join\b/g, 'join'],
  [/\s+on conflict (\([^)]*\) )?do nothing/g, ''],
  [/\bnulls (first|last)\b/g, ''],
  [/\bunion all\b/g, 'union'],
  [/ or /g, ' and '],
  [/\btrue\b/g, 'false'],
  [/\bfalse\b/g, 'true'],
  [/(?<=[\w)}] )\+(?= )/g, '-'],
  [/(?<=[\w)}] )-(?= )/g, '+'],
];

const CLAUSE_END =
  /^(group by|order by|limit|offset|for (no key )?update|for (key )?share|returning|on conflict|union|having|window|(left |cross |inner )?join|where|set|from|then|else|end)\b/;

export function sqlMutations(template, source) {
  const start = template.getStart(source);
  const text = template.getText();
  const found = [];
  const add = (from, to, replacement) =>
    found.push({ start: start + from, end: start + to, replacement, isSql: true });
  const own = blank(text);
  const compared = conditions(own);
  for (const [pattern, other] of swaps) {
    for (const match of own.matchAll(pattern)) {
      // The `=` of `set a = b` is no comparison: another operator there is a syntax error that any call notices.
      const assigns = match[0] === '=' && !compared.some(([a, b]) => a <= match.index && match.index < b);
      if (!assigns) add(match.index, match.index + match[0].length, other);
    }
  }
  for (const { index, 0: number } of own.matchAll(/(?<![\w.])\d+(?![\w.])/g))
    add(index, index + number.length, String(Number(number) + 1));
  for (const [from, to] of compared) add(from, to, 'true');
  for (const [from, to] of clauses(own, /\s+order by\b|\s+limit\b/g)) add(from, to, '');
  return found;
}

/** The text with everything that is not SQL of this template replaced by `_`: values, nested templates, strings. */
function blank(text) {
  let depth = 0;
  let quoted = false;
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const opens = text.startsWith('${', at);
    if (opens || (depth > 0 && text[at] === '{')) depth++;
    const inside = depth > 0;
    if (depth > 0 && text[at] === '}') depth--;
    if (opens) at++;
    if (!inside && text[at] === "'") quoted = !quoted;
    out += opens ? '__' : inside || quoted ? '_' : text[at].toLowerCase();
  }
  return out;
}

/** Each condition joined by `and` behind where, on, having and filter, or in a fragment that is a condition alone. */
function conditions(own) {
  const starts = [...own.matchAll(/\b(where|on(?! conflict)|having|when)\s+/g)].map(
    ({ index, 0: match }) => index + match.length,
  );
  const isFragment = !/\b(select|insert|update|delete|with|order by|where|set|values)\b/.test(own);
  if (isFragment && / and /.test(own)) starts.push(1);
  return starts.flatMap((at) => conjuncts(own, at));
}

function conjuncts(own, start) {
  const found = [];
  let from = start;
  let between = false;
  let at = start;
  for (let depth = 0; at < own.length - 1; at++) {
    if (own[at] === '(') depth++;
    if (own[at] === ')' && --depth < 0) break;
    if (depth > 0 || !/\s/.test(own[at - 1] ?? ' ')) continue;
    const rest = own.slice(at);
    if (/^between\b/.test(rest)) between = true;
    if (at > start && CLAUSE_END.test(rest)) break;
    if (!/^and\b/.test(rest)) continue;
    if (!between) {
      found.push([from, at]);
      from = at + 4;
    }
    between = false;
  }
  found.push([from, at]);
  return found.map(([a, b]) => [a, a + own.slice(a, b).trimEnd().length]).filter(([a, b]) => b > a);
}

function clauses(own, pattern) {
  return [...own.matchAll(pattern)].map(({ index, 0: match }) => {
    let at = index + match.length;
    for (let depth = 0; at < own.length - 1; at++) {
      if (own[at] === '(') depth++;
      if (own[at] === ')' && --depth < 0) break;
      if (depth === 0 && /\s/.test(own[at]) && CLAUSE_END.test(own.slice(at + 1))) break;
    }
    return [index, at];
  });
}
