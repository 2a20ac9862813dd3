/** What keeps the stack from starting, as one sentence for the person in front of it. Ends the process with code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const DISK_FULL = /no space left on device|disk is full|ENOSPC|disk quota exceeded|check free disk space/i;

/** What a failed program wrote, turned into the sentence that helps; undefined when there is no better one. */
export function sentenceFor(output: string, folder: string): string | undefined {
  return DISK_FULL.test(output)
    ? `The disk that holds ${folder} is full: free some space and start again.`
    : undefined;
}
