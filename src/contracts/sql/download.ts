export const downloadFormats = ['csv', 'ndjson', 'json', 'xlsx', 'parquet'] as const;
export type DownloadFormat = (typeof downloadFormats)[number];
