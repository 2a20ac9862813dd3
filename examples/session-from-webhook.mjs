// Another system tells of new briefs by webhook; each becomes a session. POST {"id": "brief-7", "topic": "…"} here.
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import { createClient } from '@sluice/client';

const sluice = createClient({ baseUrl: process.env.SLUICE_URL, token: process.env.SLUICE_API_KEY });

const server = createServer(async (request, response) => {
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { id: brief, topic } = JSON.parse(Buffer.concat(chunks).toString());
    // Webhooks come more than once. Under the same key the second one starts nothing, and is told the same id.
    const { id } = await sluice.call('createSession', {
      body: { topic, template: 'minimal', tags: [brief] },
      idempotencyKey: `brief-${brief}`,
    });
    response.writeHead(202, { 'Content-Type': 'application/json' }).end(JSON.stringify({ session: id }));
  } catch (error) {
    // Below 500 the sender would give up: only a brief that is wrong deserves that.
    const status =
      error.status >= 400 && error.status < 500 ? error.status : error instanceof SyntaxError ? 400 : 503;
    response.writeHead(status).end(`${error.message}\n`);
  }
});
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () =>
  console.log(`listening on ${server.address().port}`),
);
