import type { ModelTool } from '../call.js';
import type { Config } from '../../platform/config.js';
import { createOutbound } from '../../platform/outbound-http.js';
import { createFetchUrlTool } from './fetch-url.js';
import { createSearchTool, createSearxngProvider } from './search.js';

/** The tools that this installation has. A template names those that it allows; one that is off is not among them. */
export function createModelTools(
  config: Pick<Config, 'llmFetchHosts' | 'llmSearchUrl'>,
): readonly ModelTool[] {
  const tools: ModelTool[] = [];
  if (config.llmFetchHosts.length > 0) {
    tools.push(createFetchUrlTool({ outbound: createOutbound(), allowedHosts: config.llmFetchHosts }));
  }
  if (config.llmSearchUrl !== undefined) {
    const outbound = createOutbound({ allowPrivate: true });
    tools.push(createSearchTool(createSearxngProvider(config.llmSearchUrl, outbound)));
  }
  return tools;
}
