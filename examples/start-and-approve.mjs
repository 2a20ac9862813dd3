// Starts a session and approves each of its gates. A real program would ask a person where this one prints.
import { createClient } from '@sluice/client';

const sluice = createClient({ baseUrl: process.env.SLUICE_URL, token: process.env.SLUICE_API_KEY });
const topic = process.argv[2] ?? 'home coffee roasting';

const { id } = await sluice.call('createSession', { body: { topic, template: 'minimal' } });
console.log(`started ${id}`);

for await (const event of sluice.events('sessionEvents', id, { after: 0 })) {
  if (event.type !== 'gate.opened') continue;
  const { gateId, phase, digest } = event.data;
  const session = await sluice.call('getSession', { params: { id } });
  console.log(`phase ${phase}: ${session.phases[phase - 1].output.slice(0, 60)} …`);
  // The digest is of the output that was read: the decision is refused if another one waits by now.
  const body = { decision: 'approve', outputDigest: digest, comment: 'read by an example' };
  await sluice.call('decideGate', { params: { id: gateId }, body, idempotencyKey: `approve-${gateId}` });
}
const { status } = await sluice.call('getSessionProgress', { params: { id } });
console.log(status);
