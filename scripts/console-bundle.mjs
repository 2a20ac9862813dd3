// Bundles the console. Every file but the page itself carries its hash in its name, so a browser may keep it for ever.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = resolve(fileURLToPath(new URL('../web', import.meta.url)));

/** The options that every build of the console has in common. `development` adds the page of the components. */
export function consoleOptions({ outdir, development = false }) {
  return {
    entryPoints: { main: join(web, 'main.tsx') },
    outdir,
    absWorkingDir: web,
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: !development,
    sourcemap: true,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: 'assets/[name]-[hash]',
    chunkNames: 'assets/[name]-[hash]',
    define: { DEVELOPMENT: String(development) },
    metafile: true,
    logLevel: 'warning',
  };
}

export async function bundleConsole(options) {
  const { build } = await import('esbuild');
  const { metafile } = await build(consoleOptions(options));
  writePage(options.outdir, metafile);
  return firstLoad(options.outdir, metafile);
}

/** Names the files of this build in the page. */
export function writePage(outdir, metafile) {
  const { script, style, chunks } = firstLoad(outdir, metafile);
  const links = [
    ...chunks.map((path) => `<link rel="modulepreload" href="${path}" />`),
    `<link rel="stylesheet" href="${style}" />`,
    `<script type="module" src="${script}"></script>`,
  ];
  const page = readFileSync(join(web, 'index.html'), 'utf8').replace('<!-- assets -->', links.join('\n    '));
  mkdirSync(outdir, { recursive: true });
  writeFileSync(join(outdir, 'index.html'), page);
  // Registered by this name, from the root: its scope is the whole site.
  copyFileSync(join(web, 'push-worker.js'), join(outdir, 'push-worker.js'));
}

/** The files that a browser loads before the first page is drawn. */
function firstLoad(outdir, { outputs }) {
  const urlOf = (path) => `/${relative(outdir, join(web, path)).replaceAll('\\', '/')}`;
  const [main] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === 'main.tsx');
  const chunks = new Set();
  const follow = (path) => {
    for (const { path: next, kind } of outputs[path].imports) {
      if (kind !== 'import-statement' || chunks.has(next)) continue;
      chunks.add(next);
      follow(next);
    }
  };
  follow(main);
  return { script: urlOf(main), style: urlOf(outputs[main].cssBundle), chunks: [...chunks].map(urlOf) };
}
