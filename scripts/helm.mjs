// Checks the chart with Helm and against the schemas of Kubernetes, and keeps what it renders in test/deploy/rendered.
// The tests read the rendered files and need no Helm; they notice a chart that was changed without running this.
// Helm comes from HELM, from the PATH, or from its Go module; kubernetes-validate from a Python environment of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chartDigest } from './chart-digest.mjs';

const HELM = 'helm.sh/helm/v4/cmd/helm@v4.3.1';
const VALIDATOR = 'kubernetes-validate==1.37.0';
const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const chart = join(root, 'deploy/helm/sluice');
const rendered = join(root, 'test/deploy/rendered');
const cache = join(root, 'node_modules/.cache/helm');
mkdirSync(cache, { recursive: true });

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
writeFileSync(join(rendered, 'chart.sha256'), `${chartDigest(chart)}\n`);
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
