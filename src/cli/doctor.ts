import type { Config } from '../platform/config.js';
import { CliError } from './cli-error.js';
import type { LocalStack } from './connection.js';
import { table, type Terminal } from './terminal.js';

/** The result of a check. Everything but `ok` says in one sentence what is wrong and in another what to do. */
export type Finding =
  | { readonly state: 'ok' | 'unused'; readonly what: string }
  | { readonly state: 'warning' | 'failed'; readonly what: string; readonly fix: string };

export interface Surroundings {
  readonly config: Config;
  readonly local: LocalStack | undefined;
}

/** A part of the system. It never throws: not being able to look is a finding as well. */
export interface Check {
  readonly name: string;
  look(around: Surroundings): Promise<Finding[]>;
}

export interface DoctorOptions {
  readonly only?: string;
  readonly json: boolean;
}

/** True: nothing has failed. */
export async function runDoctor(
  checks: readonly Check[],
  around: Surroundings,
  { options, terminal }: { readonly options: DoctorOptions; readonly terminal: Terminal },
): Promise<boolean> {
  const findings: (Finding & { check: string })[] = [];
  for (const check of chosen(checks, options.only)) {
    const found = await check.look(around);
    findings.push(...found.map((finding) => ({ check: check.name, ...finding })));
  }
  const healthy = findings.every((finding) => finding.state !== 'failed');
  if (options.json) {
    terminal.out(JSON.stringify({ healthy, findings }));
    return healthy;
  }
  for (const finding of findings) {
    for (const line of table([[finding.state, finding.check, finding.what]])) terminal.out(line);
    if ('fix' in finding) terminal.out(`         ${finding.fix}`);
  }
  return healthy;
}

function chosen(checks: readonly Check[], only: string | undefined): readonly Check[] {
  if (only === undefined) return checks;
  const wanted = only.split(',').map((name) => name.trim());
  const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0) {
    throw new CliError(
      `There is no check "${unknown.join(', ')}"; there are ${checks.map((check) => check.name).join(', ')}.`,
    );
  }
  return checks.filter((check) => wanted.includes(check.name));
}

export function failed(what: string, fix: string): Finding {
  return { state: 'failed', what, fix };
}

export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : (error.message.split('\n')[0] ?? error.name);
}
