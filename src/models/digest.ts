import { canonicalJson, sha256Hex } from '../crypto/digest.js';
import type { ModelRequest } from './call.js';

/** Everything of a request that a model can see or that shapes its answer, as text. Equal requests give equal texts. */
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
