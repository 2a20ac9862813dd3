import type { RunResult } from '../../../src/contracts/runs/run.js';
import { gatherSection } from '../../../src/db/reports/gather-section.js';
import { reportFormats, type ReportFormat } from '../../../src/domain/reports/format.js';
import { reportSections, type FixedReportType } from '../../../src/domain/reports/sections.js';
import { SeededSession } from '../../api/sessions/reads-fixture.js';
import { useJobHouse } from '../../support/houses/job-house.js';
import { contentOf } from '../../support/servers/object-stores.js';
import { pdfPages, unspaced } from '../../support/pdf-pages.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const house = useJobHouse();
const { api, database, post, ended, working } = house;

const TOPIC = '=HYPERLINK("http://evil.example") <script>alert(1)</script> 小さな映画館';
const OUTPUT = [
  '# 結論 <img src=x onerror=alert(2)>',
  '![pixel](http://evil.example/pixel.png) and [a link](javascript:alert(3)) and [one](http://evil.example/)',
  '<script>alert(4)</script>',
  '#eval("1 + 1") #read("/etc/passwd") `=cmd|calc`',
  '| a | b |\n| - | - |\n| **太字** | 2 |',
].join('\n\n');

const types = Object.keys(reportSections) as FixedReportType[];
const files = new Map<string, Buffer>();
let session: SeededSession;

async function resultOf(id: string): Promise<RunResult> {
  const { rows } = await database.pool.query<{ result: RunResult }>('select result from runs where id = $1', [
    id,
  ]);
  if (rows[0] === undefined) throw new Error('the run is gone');
  return rows[0].result;
}

const bodyOf = (type: FixedReportType, format: ReportFormat): object => ({
  type,
  format,
  ...(type === 'cot-session' ? { sessionId: session.id } : {}),
});

const fileOf = (type: FixedReportType, format: ReportFormat): string =>
  files.get(`${type} ${format}`)?.toString('utf8') ?? '';

beforeAll(async () => {
  session = await SeededSession.create(database.pool, house.ana.id, { topic: TOPIC });
  await session.phase({ output: OUTPUT, failedTries: 1 });
  await session.openGate();
  session.wait(60_000);
  await session.approve('=1+1 はい');
  await session.phase();
  await working(async () => {
    for (const type of types) {
      for (const format of reportFormats) {
        const id = await post(bodyOf(type, format), house.admin);
        expect((await ended(id)).body).toMatchObject({ status: 'success', completedWithGaps: false });
        files.set(`${type} ${format}`, await contentOf(await resultOf(id)));
      }
    }
  });
}, 120_000);

test.each(types)(
  'a report of type %s names each of its sections in every format for people, and in JSON',
  (type) => {
    const titles = Object.values<string>(reportSections[type]);
    const pdf = unspaced(pdfPages(files.get(`${type} pdf`)!).join(''));
    for (const title of titles) {
      expect(fileOf(type, 'html')).toContain(`<h2>${title}</h2>`);
      expect(fileOf(type, 'md')).toContain(`## ${title}`);
      expect(pdf).toContain(unspaced(title));
    }
    const json = JSON.parse(fileOf(type, 'json')) as { type: string; sections: object[] };
    expect(json.type).toBe(type);
    expect(json.sections).toEqual(
      Object.entries<string>(reportSections[type]).map(([name, title]) =>
        expect.objectContaining({ name, title, status: 'complete' }),
      ),
    );
  },
);

test.each(types)('a page of type %s asks nothing of anywhere and has no markup but its own', (type) => {
  const html = fileOf(type, 'html');
  const tags = [...html.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag);
  const names = new Set(tags.map((tag) => /^<(\w+)/.exec(tag)?.[1]));
  for (const name of ['script', 'link', 'img', 'image', 'iframe', 'object', 'a', 'use']) {
    expect(names).not.toContain(name);
  }
  expect(
    tags.filter(
      (tag) => /\s(src|href|xlink:href|style|on\w+)=|url\((?!#)/i.test(tag) && !tag.startsWith('<text'),
    ),
  ).toEqual([]);
  expect(html).not.toMatch(/@import|url\((?!#)/);
});

test('a session is a document: what was put out, what failed, who decided and why, and what it was made with', () => {
  const html = fileOf('cot-session', 'html');
  for (const words of [
    '小さな映画館',
    '結論',
    '太字',
    'はい',
    'busy',
    'built-in offline model',
    session.id,
  ]) {
    expect(html).toContain(words);
    expect(fileOf('cot-session', 'md').replaceAll('\\', '')).toContain(words);
  }
  expect(html).toContain('<strong>太字</strong>');
  expect(html).toContain('<svg');
  expect(html).toContain('[image: pixel]');
  const pages = pdfPages(files.get('cot-session pdf')!).join('');
  for (const words of ['小さな映画館', '結論', '太字', '#eval("1+1")#read("/etc/passwd")', '[image:pixel]']) {
    expect(pages).toContain(unspaced(words));
  }
});

test('Markdown makes no element, no image and no link of what somebody else wrote', () => {
  const md = fileOf('cot-session', 'md');
  expect(md).not.toMatch(/(?<!\\)<\/?(script|img)/);
  expect(md).not.toMatch(/(?<!\\)!\[|(?<!\\)\]\(/);
});

test('CSV has the rows of one table, and no cell is a formula', () => {
  expect(fileOf('activity', 'csv')).toContain(`"'=HYPERLINK(""http://evil.example"")`);
  expect(fileOf('cot-session', 'csv').split('\r\n')).toHaveLength(8);
  expect(fileOf('cot-session', 'csv')).toContain('THINK,1,completed,2,');
  expect(fileOf('audit', 'csv')).toMatch(/^id,timestamp,seq,/);
  for (const type of types) expect(fileOf(type, 'csv')).not.toMatch(/(^|,)"?[=+@]/m);
});

test('an audit report counts, verifies and lists more entries than are read at once', async () => {
  await database.pool.query(
    `insert into audit_logs (id, timestamp, actor_name, actor_role, action, resource_type, resource_id)
     select 'aud_' || lpad(n::text, 26, '0'), '2020-01-01T00:00:00Z'::timestamptz + n * interval '1 second',
            'Ada', 'ADMIN', 'created', 'user', 'usr_' || n from generate_series(1, 2500) as n`,
  );
  const params = { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' };
  await working(async () => {
    const csv = await post({ type: 'audit', format: 'csv', params }, house.admin);
    const json = await post({ type: 'audit', format: 'json', params }, house.admin);
    await ended(csv);
    await ended(json);
    expect((await contentOf(await resultOf(csv))).toString().split('\r\n')).toHaveLength(2_502);
    const report = JSON.parse((await contentOf(await resultOf(json))).toString()) as {
      sections: { name: string; data: Record<string, unknown>; rows?: { resource_id: string }[] }[];
    };
    const [summary, verification, entries] = report.sections;
    expect(summary?.data).toMatchObject({ total: 2_500, byAction: [{ value: 'created', count: 2_500 }] });
    // Somebody wrote them who does not know of the chain.
    expect(verification?.data).toMatchObject({ valid: false, firstBroken: { reason: 'not_in_chain' } });
    expect(entries?.data).toEqual({ total: 2_500 });
    expect(entries?.rows?.map((row) => row.resource_id)).toEqual(
      Array.from({ length: 2_500 }, (_, index) => `usr_${index + 1}`),
    );
  });
});

test('nobody gets a report of what they may not see', async () => {
  const ask = async (user: TestUser, body: object) => {
    const answer = await api.send('/generate-report', { token: user.token, method: 'POST', body });
    return [answer.status, answer.body['code'] ?? null];
  };
  expect(await ask(house.ana, { type: 'audit' })).toEqual([403, 'forbidden']);
  expect(await ask(house.bob, bodyOf('cot-session', 'html'))).toEqual([404, 'not_found']);
  expect(await ask(house.ana, { type: 'cot-session', sessionId: 'ses_00000000000000000000000000' })).toEqual([
    404,
    'not_found',
  ]);
  const stranger = await createApiUser(database);
  await working(async () => {
    const id = await post({ format: 'json' }, stranger);
    await ended(id);
    const report = (await contentOf(await resultOf(id))).toString();
    expect(JSON.parse(report)).toMatchObject({ scope: 'own' });
    expect(report).not.toContain(session.id);
  });
});

test('a report of a session that goes on meanwhile shows it as it was at one moment', async () => {
  const moving = await SeededSession.create(database.pool, house.ana.id, { topic: 'Moving' });
  await moving.phase({ output: 'first words' });
  await moving.openGate();
  let moved: Promise<void> | undefined;
  const move = async (): Promise<void> => {
    await moving.edit('other words');
    await moving.finish();
  };
  const gather: typeof gatherSection = async (sources, asked) => {
    await (moved ??= move());
    return gatherSection(sources, asked);
  };
  await working(
    async () => {
      const id = await post({ type: 'cot-session', sessionId: moving.id, format: 'json' });
      await ended(id);
      const text = (await contentOf(await resultOf(id))).toString();
      const { sections } = JSON.parse(text) as {
        sections: { name: string; data: Record<string, unknown> }[];
      };
      const data = Object.fromEntries(sections.map((section) => [section.name, section.data]));
      expect(data['overview']).toMatchObject({ status: 'waiting_approval' });
      expect(data['decisions']).toMatchObject({ decisions: [{ status: 'waiting', editedDigest: null }] });
      expect(data['steps']?.['steps']).toHaveLength(3);
      expect(text).toContain('first words');
      expect(text).not.toContain('other words');
    },
    { gather },
  );
});

describe('missing sections', () => {
  const failing =
    (...names: string[]): typeof gatherSection =>
    (sources, asked) =>
      names.includes(asked.section)
        ? Promise.reject(new Error('password=hunter2'))
        : gatherSection(sources, asked);
  const redo = (id: string, user: TestUser, body?: object) =>
    api.send(`/jobs/${id}/redo-sections`, { token: user.token, method: 'POST', body });
  let gaps: string;

  beforeAll(async () => {
    await working(
      async () => {
        gaps = await post({ type: 'activity', format: 'json' });
        await ended(gaps);
      },
      { gather: failing('usage', 'waiting') },
    );
  });

  const jsonOf = async (id: string) =>
    JSON.parse((await contentOf(await resultOf(id))).toString()) as {
      from: string;
      to: string;
      completedWithGaps: boolean;
      sections: { name: string; status: string; data: unknown }[];
    };
  const missingIn = async (id: string): Promise<string[]> =>
    (await jsonOf(id)).sections.filter(({ status }) => status === 'missing').map(({ name }) => name);

  test('are named by the job, with a reason that holds no secret', async () => {
    const job = await api.send(`/jobs/${gaps}`, { token: house.ana.token });
    expect(job.body).toMatchObject({ status: 'success', completedWithGaps: true });
    expect(job.body['sections']).toContainEqual({
      name: 'usage',
      title: 'Tokens and cost',
      status: 'missing',
      error: 'The step usage failed and its retries are used up.',
    });
    expect(job.text).not.toContain('hunter2');
  });

  test('are gathered alone in a new job, which takes over the others and the time of the report', async () => {
    const before = await api.send(`/jobs/${gaps}`, { token: house.ana.token });
    const gathered: string[] = [];
    const gather: typeof gatherSection = (sources, asked) => {
      gathered.push(asked.section);
      return gatherSection(sources, asked);
    };
    const first = await redo(gaps, house.ana, { sections: ['usage'] });
    expect(first.status).toBe(202);
    const partly = String(first.body['jobId']);
    await working(() => ended(partly), { gather });
    expect([gathered, await missingIn(partly)]).toEqual([['usage'], ['waiting']]);

    const rest = String((await redo(partly, house.ana)).body['jobId']);
    await working(() => ended(rest), { gather });
    expect([gathered, await missingIn(rest)]).toEqual([['usage', 'waiting'], []]);
    const [old, whole] = [await jsonOf(gaps), await jsonOf(rest)];
    expect([whole.from, whole.to]).toEqual([old.from, old.to]);
    const complete = (report: typeof old) => report.sections.filter(({ status }) => status === 'complete');
    expect(complete(whole)).toEqual(expect.arrayContaining(complete(old)));

    const job = await api.send(`/jobs/${rest}`, { token: house.ana.token });
    expect(job.body).toMatchObject({
      completedWithGaps: false,
      origin: { jobId: partly, relation: 'redo' },
    });
    const after = await api.send(`/jobs/${gaps}`, { token: house.ana.token });
    expect(after.body).toEqual(before.body);
    const refused = await redo(rest, house.ana);
    expect([refused.status, refused.body['detail']]).toEqual([409, 'the report has no missing sections']);
  });

  test('are not redone by strangers, under other names, or while the report is not there', async () => {
    expect((await redo(gaps, house.bob)).status).toBe(404);
    expect((await redo(gaps, house.ana, { sections: ['runs'] })).status).toBe(409);
    expect((await redo(gaps, house.ana, { sections: [] })).status).toBe(400);
    const queued = await post();
    expect((await redo(queued, house.ana)).status).toBe(409);
    // The worker of the next test has nothing to do for it.
    await api.send(`/jobs/${queued}`, { method: 'DELETE', token: house.ana.token });
  });
});
