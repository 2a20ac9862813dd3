import { reply, type Reply } from '../http/route.js';

/** How every job is accepted: where to ask for it, and when it is worth it. */
export function acceptedJob(id: string): Reply {
  const statusUrl = `/jobs/${id}`;
  return reply(202, { jobId: id, statusUrl }, { Location: statusUrl, 'Retry-After': '3' });
}
