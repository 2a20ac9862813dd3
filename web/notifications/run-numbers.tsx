import type { ComponentChildren } from 'preact';
import { number } from '../app/format';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import type { DeadlineRunResult, Job } from '../app/types';
import { Explain } from '../ui/explain';

interface RunNumbersProps {
  readonly job: Job;
  readonly result: DeadlineRunResult | undefined;
}

interface Tile {
  readonly name: string;
  readonly value: ComponentChildren;
  readonly tone?: 'failed' | 'waiting';
}

/** The result of a run in numbers, or its progress. */
export function RunNumbers({ job, result }: RunNumbersProps) {
  const tiles = result === undefined ? tilesOfProgress(job) : tilesOfResult(result);
  if (tiles.length === 0) return null;
  return (
    <dl class="tiles">
      {tiles.map(({ name, value, tone }) => (
        <div key={name} class={tone === undefined ? undefined : `tile-${tone}`}>
          <dt>{name}</dt>
          <dd class="figures">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function tilesOfProgress({ progress }: Job): Tile[] {
  const words = notices().run;
  const { offices_processed: done, offices_total: all, sent, failed } = progress;
  if (typeof done !== 'number') return [];
  return [
    { name: words.offices, value: typeof all === 'number' ? words.officesOf(done, all) : number(done) },
    { name: t().statuses.sent, value: number(Number(sent)) },
    troubled(words.failed, Number(failed), 'failed'),
  ];
}

function tilesOfResult(result: DeadlineRunResult): Tile[] {
  const words = notices().run;
  const { dry_run, offices_processed, offices_failed } = result;
  const failed = result.email_failed + result.push_failed;
  const tiles: Tile[] = [
    { name: dry_run ? words.would.email : words.emailSent, value: number(result.email_sent) },
    { name: dry_run ? words.would.push : words.pushSent, value: number(result.push_sent) },
    { name: words.held, value: <Explain basis={words.heldBasis}>{number(result.held)}</Explain> },
    {
      name: words.offices,
      value: words.officesOf(offices_processed, offices_processed + offices_failed.length),
    },
    { name: words.queries, value: <Explain basis={words.queriesBasis}>{number(result.queries)}</Explain> },
  ];
  if (dry_run) return tiles;
  const unknown: Tile = {
    ...troubled(words.unknown, result.unknown, 'waiting'),
    value: <Explain basis={words.unknownBasis}>{number(result.unknown)}</Explain>,
  };
  return [...tiles.slice(0, 2), troubled(words.failed, failed, 'failed'), unknown, ...tiles.slice(2)];
}

function troubled(name: string, count: number, tone: 'failed' | 'waiting'): Tile {
  return count === 0 ? { name, value: '0' } : { name, value: number(count), tone };
}
