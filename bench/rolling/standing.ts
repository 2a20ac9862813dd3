import { Client, Connection } from '@temporalio/client';
import { workflowIdOf } from '../../src/contracts/names.js';
import { createClient } from '../../src/client/client.js';

export interface Asked {
  readonly url: string;
  readonly token: string;
  readonly temporalAddress: string;
  readonly namespace: string;
}

/** Where a session stands that does not end: its progress at the API, and what Temporal waits for. */
export async function standingOf(
  { url, token, temporalAddress, namespace }: Asked,
  id: string,
): Promise<string> {
  const progress = await createClient({ baseUrl: url, token })
    .call('getSessionProgress', { params: { id } })
    .catch(String);
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    const client = new Client({ connection, namespace });
    const { raw } = await client.workflow.getHandle(workflowIdOf('cot-session', id)).describe();
    const { pendingActivities, pendingWorkflowTask } = raw;
    return JSON.stringify({ progress, pendingActivities, pendingWorkflowTask });
  } catch (error) {
    return JSON.stringify({ progress, temporal: String(error) });
  } finally {
    await connection.close();
  }
}
