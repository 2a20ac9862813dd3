import type { Client, Connection } from 'pg';

/** A column as PostgreSQL describes it before a row is read. Both ids are 0 where it is computed. */
export interface DescribedColumn {
  readonly name: string;
  readonly dataTypeID: number;
  readonly tableID: number;
  readonly columnID: number;
}

type WireConnection = Connection & {
  parse(query: { text: string; name: string; types: number[] }, more: boolean): void;
  describe(message: { type: 'S'; name: string }, more: boolean): void;
  sync(): void;
};

/** The columns of a statement that is parsed and never run. Its parameters have no value. */
export async function describedColumns(client: Client, text: string): Promise<readonly DescribedColumn[]> {
  const description = new Description(text);
  client.query(description);
  await description.done;
  return description.columns;
}

class Description {
  columns: readonly DescribedColumn[] = [];
  readonly done: Promise<void>;
  #settle!: { resolve: () => void; reject: (error: unknown) => void };
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.done = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  submit(connection: Connection): void {
    const wire = connection as WireConnection;
    wire.parse({ text: this.#text, name: '', types: [] }, true);
    wire.describe({ type: 'S', name: '' }, true);
    wire.sync();
  }

  handleRowDescription({ fields }: { fields: DescribedColumn[] }): void {
    this.columns = fields;
  }

  handleError(error: unknown): void {
    this.#settle.reject(error);
  }

  handleReadyForQuery(): void {
    this.#settle.resolve();
  }
}
