/** `full`: there is no room left; `unavailable`: it does not answer, or refuses us. */
export type ObjectStoreFault = 'full' | 'unavailable';

const sentences: Readonly<Record<ObjectStoreFault, string>> = {
  full: 'the object store is full',
  unavailable: 'the object store cannot be used',
};

/** A fault of the store itself. Its message may be shown to anybody; the cause is for the log. */
export class ObjectStoreError extends Error {
  override readonly name = 'ObjectStoreError';
  constructor(
    readonly fault: ObjectStoreFault,
    cause: unknown,
  ) {
    super(sentences[fault], { cause });
  }
}
