import { useJobHouse } from '../../support/houses/job-house.js';
import { contentOf } from '../../support/servers/object-stores.js';
import { pdfPages } from '../../support/pdf-pages.js';
import type { RunResult } from '../../../src/contracts/runs/run.js';

const house = useJobHouse();
const { api, database, post, ended, working } = house;

test('a report asked for as PDF is handed over as a PDF by its link, with the name and the pages that it should have', async () => {
  const id = await post({ format: 'pdf', title: '今週の活動' });
  const job = await working(() => ended(id));
  expect(job.body).toMatchObject({ status: 'success', result: { contentType: 'application/pdf' } });

  const token = house.ana.token;
  const redirect = await api.send(`/jobs/${id}/result`, { token });
  expect(redirect.status).toBe(303);
  const file = await api.send(String(redirect.headers.location));
  expect([file.status, file.headers['content-type']]).toEqual([200, 'application/pdf']);
  expect(file.headers['content-disposition']).toContain(
    `filename*=UTF-8''${encodeURIComponent('今週の活動')}.pdf`,
  );
  expect(file.text).toMatch(/^%PDF-/);

  const { rows } = await database.pool.query<{ result: RunResult }>('select result from runs where id = $1', [
    id,
  ]);
  const [page] = pdfPages(await contentOf(rows[0]!.result));
  expect(page).toMatch(/^今週の活動/);
  expect(page).toContain('Whatran');
});
