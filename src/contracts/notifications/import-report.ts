import { z } from 'zod';

export const importReportSchema = z
  .object({
    lines: z.number().int().meta({ description: 'Records that were read.' }),
    created: z.number().int(),
    updated: z.number().int(),
  })
  .meta({ id: 'ImportReport' });
export type ImportReport = z.infer<typeof importReportSchema>;

/** Why a line was refused. Its number counts from 1, the head of a CSV file included. */
export interface LineError {
  readonly line: number;
  readonly field: string;
  readonly message: string;
}
