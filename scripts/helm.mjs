// Checks the chart with Helm and against the schemas of Kubernetes, and keeps what it renders in test/deploy/rendered.
// The tests read the rendered files and need no Helm; they notice a chart that was changed without running this.
// `--is-rendered` says by its exit code whether that is so. Helm comes from HELM, from the PATH, or from its Go module; kubernetes-validate from a Python environment of its own.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HELM = 'helm.sh/helm/v4/cmd/helm@v4.3.1';
const VALIDATOR = 'kubernetes-validate==1.37.0';
const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const chart = join(root, 'deploy/helm/sluice');
const rendered = join(root, 'test/deploy/rendered');
const cache = join(root, 'node_modules/.cache/helm');
const digestFile = join(rendered, 'chart.sha256');
mkdirSync(cache, { recursive: true });

if (process.argv[2] === '--is-rendered')
  process.exit(readFileSync(digestFile, 'utf8').trim() === chartDigest() ? 0 : 1);

const helm = helmProgram();
const validate = validator();
const examples = readdirSync(join(chart, 'ci'));
for (const file of examples) {
  const values = ['--values', join(chart, 'ci', file)];
  run(helm, ['lint', '--strict', '--quiet', chart, ...values]);
  const yaml = run(helm, ['template', 'sluice', chart, ...values]);
  writeFileSync(join(rendered, file), yaml);
  run(validate, ['--quiet', '--no-warn', '--strict', join(rendered, file)]);
}
writeFileSync(digestFile, `${chartDigest()}\n`);
console.log(`the chart is right with ${examples.join(', ')}`);

function helmProgram() {
  if (process.env.HELM) return process.env.HELM;
  if (spawnSync('helm', ['version']).status === 0) return 'helm';
  const built = join(cache, 'helm');
  if (!existsSync(built))
    run('go', ['install', HELM], { ...process.env, GOBIN: cache, CGO_ENABLED: '0', GOFLAGS: '-p=1' });
  return built;
}

function validator() {
  const program = join(cache, 'python/bin/kubernetes-validate');
  if (!existsSync(program)) {
    run('python3', ['-m', 'venv', join(cache, 'python')]);
    run(join(cache, 'python/bin/pip'), ['install', '--quiet', VALIDATOR]);
  }
  return program;
}

function run(program, args, env = process.env) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', env });
  if (status === 0) return stdout;
  console.error(`${program} ${args.join(' ')}\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`);
  process.exit(1);
}

/** Of every file of the chart and its name. */
function chartDigest() {
  const hash = createHash('sha256');
  const files = readdirSync(chart, { recursive: true, encoding: 'utf8' }).sort();
  for (const file of files.filter((name) => statSync(join(chart, name)).isFile()))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(chart, file)))
      .update('\0');
  return hash.digest('hex');
}
