import { createHash } from 'node:crypto';
import type { ModelRequest } from './model-call.js';

/** Everything of a request that a model can see or that shapes its answer, as text that is the same for equal requests. */
function promptDocument(request: ModelRequest): string {
  const { system, messages, output, tools, maxOutputTokens, temperature } = request;
  return canonicalJson({
    system,
    messages: messages.map(({ role, content }) => ({ role, content })),
    output: output === undefined ? undefined : { name: output.name, schema: output.schema },
    tools: tools?.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })),
    maxOutputTokens,
    temperature,
  });
}

export function promptDigestOf(request: ModelRequest): string {
  return sha256Hex(promptDocument(request));
}

export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** JSON with sorted keys. Undefined members are left out, as JSON does. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}
