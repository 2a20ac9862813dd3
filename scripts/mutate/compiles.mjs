import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A name that a mutation leaves unused is no mistake of types. */
const UNUSED = new Set([6133, 6192, 6196, 6198, 6199, 7027]);

/** Whether the compiler accepts a file of `root` with another text. A refused mutant needs no test. */
export function createCompiles(root, files) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const changed = new Map();
  let version = 0;
  const host = {
    ...ts.sys,
    useCaseSensitiveFileNames: () => true,
    getCompilationSettings: () => options,
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    getScriptFileNames: () => files.map((file) => join(root, file)),
    getScriptVersion: (path) => changed.get(path)?.version ?? '0',
    getScriptSnapshot: (path) => {
      const text =
        changed.get(path)?.text ?? (ts.sys.fileExists(path) ? readFileSync(path, 'utf8') : undefined);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
  };
  const service = ts.createLanguageService(host, ts.createDocumentRegistry());
  return (file, text) => {
    const path = join(root, file);
    changed.set(path, { text, version: String(++version) });
    const found = [...service.getSyntacticDiagnostics(path), ...service.getSemanticDiagnostics(path)];
    changed.set(path, { text: readFileSync(path, 'utf8'), version: String(++version) });
    return found.every(({ code }) => UNUSED.has(code));
  };
}
