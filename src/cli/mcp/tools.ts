import type { Tool } from './tool.js';
import { failureTools } from './tools/failures.js';
import { gateTools } from './tools/gates.js';
import { reportTools } from './tools/reports.js';
import { runTools } from './tools/runs.js';
import { sessionTools } from './tools/sessions.js';
import { sqlTools } from './tools/sql.js';

/**
 * All that an assistant may do. None of them decides a gate, and none starts a session whose gates decide themselves. A
 * person stays in charge of what is paid for and published.
 */
export const tools: readonly Tool[] = [
  ...runTools,
  ...gateTools,
  ...sessionTools,
  ...reportTools,
  ...sqlTools,
  ...failureTools,
];
