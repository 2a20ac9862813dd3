import type { CommandSpec } from '../command.js';

export const mcpCommands: readonly CommandSpec[] = [
  {
    name: 'mcp',
    about:
      'serve an assistant over stdin and stdout (Model Context Protocol); deciding gates stays with people',
    examples: ['claude mcp add sluice -- sluice mcp --profile work'],
    run: async (context) => {
      const { serveStdio } = await import('../mcp/stdio.js');
      await serveStdio(context);
    },
  },
];
