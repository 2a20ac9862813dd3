// Bundles the console. Every file but the page itself carries its hash in its name, so a browser may keep it for ever.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** Of the client's table of routes, a browser loads the rows whose operation the console names as a literal. */
const namedRoutes = {
  name: 'named-routes',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/client\/route-table\.ts$/ }, ({ path }) => ({
      contents: withoutRows(readFileSync(path, 'utf8'), namesIn(web)),
      loader: 'ts',
    })),
};

/** The page of the components is there in development alone, and so is its style. */
const withoutGallery = {
  name: 'without-gallery',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/styles\/gallery\.css$/ }, () => ({ contents: '', loader: 'css' })),
};

function withoutRows(table, names) {
  return table.replace(/^ {2}(\w+): '.*',\n/gm, (row, id) => (names.has(id) ? row : ''));
}

function namesIn(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => /\.tsx?$/.test(file));
  const sources = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  return new Set(
    sources.flatMap((source) => [...source.matchAll(/(['"])(\w+)\1/g)].map(([, , name]) => name)),
  );
}

export async function bundleConsole(options) {
  const { build } = await import('esbuild');
  const plugins = options.development ? [namedRoutes] : [namedRoutes, withoutGallery];
  const { metafile } = await build({ ...consoleOptions(options), plugins });
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
