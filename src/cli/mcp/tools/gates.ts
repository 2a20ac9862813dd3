import { z } from 'zod';
import { decisionLimits, decisions } from '../../../domain/sessions/decision-message.js';
import { clipped, tool, ToolError, type ToolCall } from '../tool.js';

const list = tool({
  name: 'list_gates',
  title: 'List gates',
  description:
    'What waits for the decision of a person, the longest wait first, with the beginning of each output.',
  input: z.strictObject({ limit: z.int().min(1).max(50).default(20) }),
  run: async ({ limit }, { client, signal }) => {
    const page = await client.call('listGates', { query: { limit: String(limit) }, signal });
    const items = page.items.map(
      ({ id, sessionId, jobId, topic, phase, phaseTitle, openedAt, deadlineAt, preview }) => ({
        id,
        run: jobId ?? sessionId,
        topic,
        phase,
        phaseTitle,
        openedAt,
        deadlineAt,
        preview,
      }),
    );
    return { items, hasMore: page.hasMore };
  },
});

const prepare = tool({
  name: 'prepare_decision',
  title: 'Prepare a decision',
  description:
    'Puts a proposal for a gate beside the output it is about, with the link where a person decides. It decides nothing and stores nothing.',
  input: z.strictObject({
    gateId: z.string(),
    decision: z.enum(decisions),
    comment: z.string().max(decisionLimits.comment).optional().describe('Kept with the decision.'),
    notes: z.string().max(decisionLimits.notes).optional().describe('Reaches the phases after this one.'),
    edits: z.string().max(decisionLimits.edits).optional().describe('With edit: the output as it shall be.'),
    instructions: z
      .string()
      .max(decisionLimits.instructions)
      .optional()
      .describe('With redo: what to do otherwise.'),
  }),
  run: async ({ gateId, ...proposal }, { client, signal, url }) => {
    const gate = await client.call('getGate', { params: { id: gateId }, signal });
    if (gate.status !== 'waiting')
      throw new ToolError(`${gateId} waits for nobody any more: it is ${gate.status}.`);
    const digest = gate.editedDigest ?? gate.outputDigest;
    return {
      proposal,
      about: { topic: gate.topic, phase: gate.phase, phaseTitle: gate.phaseTitle, outputDigest: digest },
      output: await outputOf(gate, { client, signal }),
      decidedBy: 'A person, on the page or with the command. Give them the proposal and the link.',
      page: String(new URL(`/gates/${gateId}`, url)),
      command: `sluice gate decide ${proposal.decision} ${gateId} --digest ${digest}`,
    };
  },
});

interface Gate {
  readonly sessionId: string;
  readonly jobId: string | null;
  readonly phase: number;
  readonly preview: string | null;
}

/** A gate of a notification run has no phase: its preview is all there is. */
async function outputOf(gate: Gate, { client, signal }: Omit<ToolCall, 'url'>): Promise<string | null> {
  if (gate.jobId !== null) return gate.preview;
  const { phases } = await client.call('getSession', { params: { id: gate.sessionId }, signal });
  const output = phases.find(({ number }) => number === gate.phase)?.output;
  return output === undefined || output === null ? gate.preview : clipped(output);
}

export const gateTools = [list, prepare];
