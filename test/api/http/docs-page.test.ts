import { createHash } from 'node:crypto';
import { useDatabase } from '../../support/servers/database.js';
import { startApi, type TestApi } from '../../support/api.js';

const database = useDatabase();
let api: TestApi;

beforeAll(async () => {
  api = await startApi({ database });
});
afterAll(() => api.close());

test('the style of the reference page is the one that its policy allows', async () => {
  const { text, headers } = await api.send('/docs');
  const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
  const digest = createHash('sha256').update(style).digest('base64');
  expect(String(headers['content-security-policy'])).toContain(`'sha256-${digest}'`);
});
