/** How long a call to Temporal may take. Without one, a call to a server that is away would wait for minutes. */
export const temporalDeadlines = {
  /** Starting, canceling and describing happen in the background; a sweeper repeats them. */
  startMs: 2_000,
  /** A person waits for the answer of a command. */
  commandMs: 5_000,
} as const;
