import { createServer, type Server } from 'node:net';
import { PortClaims } from '../../src/dev/port-claims.js';
import { choosePort, keepPort, randomPort } from '../../src/dev/ports.js';

const HOST = '127.0.0.1';
const servers: Server[] = [];

async function takePort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

test('a port that was set and is taken is refused with the name of its variable', async () => {
  const taken = await takePort();
  await expect(choosePort({ variable: 'PORT', host: HOST, set: taken, standard: 3000 })).rejects.toThrow(
    `PORT is ${taken}, but that port is taken`,
  );
});

test('a port that was set to the one of another part is refused', async () => {
  const free = await randomPort(HOST);
  const wish = { variable: 'TEMPORAL_UI_PORT', host: HOST, set: free, standard: 8233, chosen: [free] };
  await expect(choosePort(wish)).rejects.toThrow('TEMPORAL_UI_PORT');
});

test('a port that was not set moves to a free one and says so', async () => {
  const taken = await takePort();
  const chosen = await choosePort({ variable: 'PORT', host: HOST, set: undefined, standard: taken });
  expect(chosen.moved).toBe(true);
  expect(chosen.port).not.toBe(taken);
});

test('a free standard port is used', async () => {
  const free = await randomPort(HOST);
  await expect(choosePort({ variable: 'PORT', host: HOST, set: undefined, standard: free })).resolves.toEqual(
    {
      port: free,
      moved: false,
    },
  );
});

test('the port of the last start is kept while it is free', async () => {
  const free = await randomPort(HOST);
  await expect(keepPort(free, HOST)).resolves.toBe(free);
  const taken = await takePort();
  await expect(keepPort(taken, HOST)).resolves.not.toBe(taken);
});

test('two starts at the same moment choose different ports, until the claims are released', async () => {
  const free = await randomPort(HOST);
  const wish = { variable: 'PORT', host: HOST, set: undefined, standard: free };
  const [first, second] = [new PortClaims(), new PortClaims()];
  await expect(choosePort({ ...wish, claims: first })).resolves.toEqual({ port: free, moved: false });
  await expect(choosePort({ ...wish, claims: second })).resolves.toMatchObject({ moved: true });
  first.release();
  await expect(choosePort({ ...wish, claims: second })).resolves.toEqual({ port: free, moved: false });
  second.release();
});
