// A process of its own that makes one PDF: a report as JSON on stdin, the PDF on stdout. Plain JavaScript, so that it runs
// as it stands, from the sources as from the build. It sees no environment and no file but the template and the fonts.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { URL } from 'node:url';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';

const require = createRequire(import.meta.url);
const letters = dirname(require.resolve('@expo-google-fonts/biz-udpgothic/package.json'));
const emoji = dirname(require.resolve('@expo-google-fonts/noto-emoji/package.json'));

const compiler = NodeCompiler.create({
  // Where a template could read files: nothing but fonts.
  workspace: letters,
  fontArgs: [
    { fontPaths: [join(letters, '400Regular'), join(letters, '700Bold'), join(emoji, '400Regular')] },
  ],
});
const compiled = compiler.compile({
  mainFileContent: readFileSync(new URL('report.typ', import.meta.url), 'utf8'),
  inputs: { report: await text(process.stdin) },
});
if (compiled.result === null) {
  const found = compiled.takeDiagnostics();
  const reasons = found === null ? [] : compiler.fetchDiagnostics(found).map(({ message }) => message);
  process.stderr.write(`${reasons.join('; ')}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(compiler.pdf(compiled.result));
}
