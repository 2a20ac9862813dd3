import { useJobHouse } from '../../support/houses/job-house.js';

const house = useJobHouse();
const { api, database, temporal, post, ended, working } = house;
const as = ({ token }: { token: string }) => ({ token });

test('a small result is answered directly, in its own type, and a known one is not sent again', async () => {
  const id = await post({ format: 'csv', title: 'mine', params: { hours: 1 } }, house.bob);
  await working(() => ended(id));
  const result = await api.send(`/jobs/${id}/result`, as(house.bob));
  expect([result.status, result.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
  expect(result.headers['content-disposition']).toContain('filename="mine.csv"');
  expect(result.text.split('\r\n')[0]).toBe(
    'id,kind,title,owner,status,created_at,started_at,finished_at,duration_ms,error_code,error_message',
  );
  const headers = { 'If-None-Match': String(result.headers.etag) };
  expect((await api.send(`/jobs/${id}/result`, { ...as(house.bob), headers })).status).toBe(304);
});

describe('a signed link', () => {
  let link = '';
  let text = '';
  beforeAll(async () => {
    const id = await post({ title: '売上 "x"' });
    await working(() => ended(id));
    link = String((await api.send(`/jobs/${id}/result`, as(house.ana))).headers.location);
    text = (await api.send(link)).text;
  });

  test('gives ranges, heads and a name that every client takes', async () => {
    const part = await api.send(link, { headers: { Range: 'bytes=10-19' } });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([
      206,
      text.slice(10, 20),
      `bytes 10-19/${Buffer.byteLength(text)}`,
    ]);
    const head = await api.send(link, { method: 'HEAD' });
    expect([head.status, head.text, head.headers['content-length']]).toEqual([
      200,
      '',
      String(Buffer.byteLength(text)),
    ]);
    // It holds what people and models wrote: nothing in it runs, and nobody guesses another type.
    for (const { headers } of [head, part]) {
      expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none';/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
    expect(head.headers['content-disposition']).toMatch(
      /^attachment; filename="_-x\.html"; filename\*=UTF-8''/,
    );
    const beyond = await api.send(link, { headers: { Range: 'bytes=9999999-' } });
    expect([beyond.status, beyond.headers['content-range']]).toEqual([
      416,
      `bytes */${Buffer.byteLength(text)}`,
    ]);
  });

  test('is refused with any byte altered, added or left out', async () => {
    const url = link.slice('/files/'.length);
    for (const at of [
      0,
      5,
      url.indexOf('?'),
      url.indexOf('exp='),
      url.indexOf('exp=') + 6,
      url.indexOf('&'),
      url.length - 1,
    ]) {
      const other = url[at] === 'z' ? 'y' : 'z';
      const altered = `/files/${url.slice(0, at)}${other}${url.slice(at + 1)}`;
      expect([altered, (await api.send(altered)).status]).toEqual([altered, 403]);
    }
    expect((await api.send(`${link}&x=1`)).status).toBe(403);
    expect((await api.send(link.replace(/&sig=.*/, ''))).status).toBe(403);
    expect((await api.send(link.replace('results', '%72esults'))).status).toBe(403);
  });

  test('of somebody else, once guessed, opens nothing without its signature', async () => {
    const other = await post({ title: 'other' });
    await working(() => ended(other));
    const theirs = String((await api.send(`/jobs/${other}/result`, as(house.ana))).headers.location);
    const mixed = theirs.replace(/\?.*/, '') + link.replace(/^[^?]*/, '');
    expect((await api.send(mixed)).status).toBe(403);
  });

  test('and the result behind it are gone when the content is kept no longer', async () => {
    const old = await post({ title: 'old' });
    await working(() => ended(old));
    const link = String((await api.send(`/jobs/${old}/result`, as(house.ana))).headers.location);
    await database.pool.query(`update runs set finished_at = now() - interval '31 days' where id = $1`, [
      old,
    ]);
    const etag = (await api.send(link)).headers.etag;
    await working(() =>
      temporal.client.workflow.execute('applyRetention', { taskQueue: 'flow', workflowId: 'retention' }),
    );
    expect((await api.send(link)).status).toBe(410);
    expect((await api.send(link, { headers: { 'If-None-Match': String(etag) } })).status).toBe(410);
    const result = await api.send(`/jobs/${old}/result`, as(house.ana));
    expect([result.status, result.body['code']]).toEqual([410, 'gone']);
    expect((await api.send(`/jobs/${old}`, as(house.ana))).body['status']).toBe('success');
  });
});
