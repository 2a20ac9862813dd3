import { createHash } from 'node:crypto';
import { Html } from './html.js';

const css = `
:root { color-scheme: light dark; --ink: light-dark(#1c2430, #e6eaf0); --dim: light-dark(#5b6675, #9aa6b5); --paper: light-dark(#fff, #14181e);
  --tint: light-dark(#f4f6f9, #1b212a); --line: light-dark(#dde3ea, #2c3542); --accent: light-dark(#0b62b0, #6cb6ff); }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.55 system-ui, sans-serif; display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; z-index: 1; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem 1rem; background: var(--tint); border-right: 1px solid var(--line); font-size: .875rem; }
nav ul { list-style: none; margin: .25rem 0 1rem; padding: 0; } nav li a { display: block; padding: .15rem .25rem; color: inherit; overflow-wrap: anywhere; }
.brand { margin: 0 0 1rem; font-weight: 600; font-size: 1.1rem; }
summary { cursor: pointer; font-weight: 600; }
input { width: 100%; font: inherit; padding: .4rem .6rem; margin-bottom: 1rem; border: 1px solid var(--line); border-radius: .4rem; background: var(--paper); color: inherit; }
main { padding: 2rem 3rem 30vh; max-width: 64rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; } h3 { margin: 0 0 .5rem; font-size: 1.05rem; overflow-wrap: anywhere; } h4 { margin: 1rem 0 .25rem; font-size: .875rem; color: var(--dim); }
code { font: .9em ui-monospace, monospace; background: var(--tint); padding: .1em .3em; border-radius: .25em; }
p { margin: .25rem 0; } i { color: var(--dim); font-style: normal; font-size: .875rem; }
.operation { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.25rem; margin: 1rem 0; scroll-margin-top: 1rem; }
:target { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
b.get, b.post, b.put, b.patch, b.delete { text-transform: uppercase; font-size: .7rem; letter-spacing: .04em; color: var(--accent); }
b.post { color: light-dark(#18794e, #5fd39b); } b.put, b.patch { color: light-dark(#8a5a00, #e5b454); } b.delete { color: light-dark(#b42318, #ff8b7e); }
.anchor { visibility: hidden; } h3:hover .anchor, .anchor:focus { visibility: visible; }
.members { margin: .25rem 0; padding-left: 1.1rem; } .members li { margin: .3rem 0; } .type { color: var(--dim); font-size: .9rem; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1rem; margin: .25rem 0; } dt { font-variant-numeric: tabular-nums; color: var(--dim); } dd { margin: 0; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border-right: 0; } main { padding: 1rem; } nav details:not([open]) { margin-bottom: .5rem; } }
`;

/** Marked as safe: it is ours, and has no character that HTML minds inside a style element. */
export const docsStyle = new Html(css);

export const DOCS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(css).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
