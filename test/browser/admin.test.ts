import { noFaults, useConsole } from './console-house.js';

const house = useConsole();

test('an administrator adds a user, gives them a key that is shown once, and finds all of it in the log', async () => {
  const { page, faults } = await house.visit('/users', { role: 'ADMIN' });
  await page.getByRole('button', { name: 'Add a user' }).click();
  const form = page.getByRole('dialog', { name: 'Add a user' });
  await form.getByLabel('Name').fill('Grace Hopper');
  await form.getByLabel('E-mail').fill('grace@example.test');
  await form.getByRole('button', { name: 'Add a user' }).click();

  const person = page.getByRole('dialog', { name: 'Grace Hopper' });
  await person.getByLabel('Name of a new key').fill('laptop');
  await person.getByRole('button', { name: 'Make a key' }).click();
  const secret = await person.locator('.secret').textContent();
  expect(secret).toMatch(/^slk_/);
  const answer = await house.api.send('/api/v1/me', { token: secret ?? '' });
  expect(answer.body['email']).toBe('grace@example.test');

  await person.getByLabel('Role').selectOption('ADMIN');
  await person.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The user is saved.').waitFor();
  await page.reload();
  expect(await person.locator('.secret').count()).toBe(0);
  await person.getByRole('button', { name: 'Revoke' }).click();
  await person.locator('[data-status=revoked]').waitFor();

  await page.goto(`${house.api.url}/audit?resourceType=user`);
  await page.locator('.audit-list summary').first().click();
  await page.locator('.audit-detail ins').first().waitFor();
  await page.getByRole('button', { name: 'Check the whole log' }).click();
  await page.locator('.verify-whole').waitFor();
  expect(faults).toEqual(noFaults);
});

test('a change of a user that somebody else changed meanwhile is not taken, and says why', async () => {
  const { page } = await house.visit('/users', { role: 'ADMIN' });
  const made = await page.evaluate(async () => {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'one' };
    const body = JSON.stringify({ name: 'Edsger', email: 'edsger@example.test' });
    return (await (await fetch('/api/v1/users', { method: 'POST', headers, body })).json()) as { id: string };
  });
  await page.goto(`${house.api.url}/users?user=${made.id}`);
  const person = page.getByRole('dialog', { name: 'Edsger' });
  await person.getByRole('textbox', { name: 'Name', exact: true }).fill('Somebody else');
  await house.database.pool.query('update users set version = version + 1 where id = $1', [made.id]);
  await person.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody changed it since you read it.').waitFor();
});

test('an administrator adds a webhook, whose secret is shown once, and switches it off', async () => {
  const { page } = await house.visit('/webhooks', { role: 'ADMIN' });
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Address').fill('https://hooks.example.com/in');
  await form.getByRole('button', { name: 'Add a webhook' }).click();
  expect(await form.locator('.secret').textContent()).toMatch(/^whsec_/);
  await form.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'https://hooks.example.com/in' }).click();
  const webhook = page.getByRole('dialog', { name: 'Webhook' });
  await webhook.getByRole('button', { name: 'Switch off' }).click();
  await webhook.locator('[data-status=inactive]').waitFor();
});
