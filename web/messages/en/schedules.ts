import { many } from './many';

/** Only the pages of reports and notifications need them. */
export const schedules = {
  schedules: {
    none: 'No schedule yet',
    noneText: 'A schedule makes a report again and again, with your rights at each time.',
    name: 'Name',
    when: 'When',
    nextAre: (times: readonly string[]) => `Next: ${times.join(' · ')}`,
    never: 'This rule never comes.',
    next: 'Next',
    runs: 'Runs',
    noRuns: 'It was not due yet.',
    job: 'Job',
    trigger: 'Run now',
    triggered: 'It runs now.',
    edit: 'Change',
    paused: 'The schedule is paused.',
    resumed: 'The schedule goes on.',
    saved: 'The schedule is saved.',
    pending: 'not at Temporal yet',
    dropTitle: (name: string) => `Remove ${name}?`,
    dropText: 'It makes no report any more. Those that it made stay.',
    cron: 'Cron',
    cronHint: 'Minute, hour, day of the month, month, day of the week.',
    timeZone: 'Time zone',
  },
  deadLetters: {
    open: 'Open',
    replayed: 'Done again',
    none: 'Nothing failed for good',
    noneText: 'What uses up its retries appears here, by its cause.',
    replay: 'Do it again',
    replayAll: (count: string) => `Do all ${count} again`,
    replayThese: (count: string) => `Do these ${count} again`,
    notReplayable: (count: number) =>
      `${many(count, 'delivery is', 'deliveries are')} left out: the webhook is switched off or gone.`,
    replayedMany: (count: number) => `${many(count, 'job', 'jobs')} started again.`,
    tries: (count: number) => many(count, 'failed try', 'failed tries'),
    job: 'Job',
  },
};
