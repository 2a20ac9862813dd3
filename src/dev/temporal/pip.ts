/** The arguments that have pip take a pinned wheel into `folder`, and nothing else with it. */
export function wheelDownload(folder: string, requirement: string): string[] {
  return [
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--no-cache-dir',
    '--no-input',
    '--disable-pip-version-check',
    '--quiet',
    '--dest',
    folder,
    '-r',
    requirement,
  ];
}
