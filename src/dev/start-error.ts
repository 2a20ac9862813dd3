/** The reason that the stack does not start, as a sentence for a person. Ends the process with code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

const DISK_FULL = /no space left on device|disk is full|ENOSPC|disk quota exceeded|check free disk space/i;

/** A failed program's output, turned into the sentence that helps; undefined without a better one. */
export function sentenceFor(output: string, folder: string): string | undefined {
  return DISK_FULL.test(output)
    ? `The disk that holds ${folder} is full: free some space and start again.`
    : undefined;
}
