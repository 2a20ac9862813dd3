import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { call } from '../app/client';
import { notices } from '../notifications/notice-words';
import { useAddress } from '../app/location';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Loaded } from '../ui/panel';
import {
  recordCalls,
  useRecord,
  type RecordKind,
  type RecordTypes,
} from '../notifications/notification-queries';
import { useSave } from '../notifications/use-save';

interface RecordDialogProps<Kind extends RecordKind> {
  readonly kind: Kind;
  readonly titleOf: (record: RecordTypes[Kind]) => string;
  /** Undefined: a new one. */
  readonly children: (record: RecordTypes[Kind] | undefined, close: () => void) => ComponentChildren;
}

/** The record that the address names, or a new one, beside its list. */
export function RecordDialog<Kind extends RecordKind>({ kind, titleOf, children }: RecordDialogProps<Kind>) {
  const address = useAddress();
  const id = address.get('record');
  const close = (): void => address.set({ record: undefined }, true);
  if (id === '') return null;
  if (id === 'new') {
    return (
      <Dialog title={notices().records.add[kind]} onClose={close}>
        {children(undefined, close)}
      </Dialog>
    );
  }
  return (
    <KnownRecord key={id} kind={kind} id={id} titleOf={titleOf} onClose={close}>
      {(record) => children(record, close)}
    </KnownRecord>
  );
}

interface KnownRecordProps<Kind extends RecordKind> {
  readonly kind: Kind;
  readonly id: string;
  readonly titleOf: (record: RecordTypes[Kind]) => string;
  readonly onClose: () => void;
  readonly children: (record: RecordTypes[Kind]) => ComponentChildren;
}

function KnownRecord<Kind extends RecordKind>({
  kind,
  id,
  titleOf,
  onClose,
  children,
}: KnownRecordProps<Kind>) {
  const record = useRecord(kind, id);
  return (
    <Dialog title={record.data === undefined ? '…' : titleOf(record.data)} side onClose={onClose}>
      <Loaded query={record}>
        {(data) => (
          <>
            {children(data)}
            <Removal kind={kind} id={id} version={data.version} onDone={onClose} />
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

interface RemovalProps {
  readonly kind: RecordKind;
  readonly id: string;
  readonly version: number;
  readonly onDone: () => void;
}

/** It cannot be undone, so it takes a second click. */
function Removal({ kind, id, version, onDone }: RemovalProps) {
  const words = notices().records;
  const isSure = useSignal(false);
  const { busy, save } = useSave();
  const drop = async (): Promise<void> => {
    if (!isSure.value) return void (isSure.value = true);
    onDone();
    await save(() => call(recordCalls[kind].remove, { params: { id }, ifMatch: version }), words.removed);
  };
  return (
    <p class="record-removal">
      <Button kind="danger" busy={busy.value} onClick={() => void drop()}>
        {isSure.value ? words.removeSure : words.remove}
      </Button>
    </p>
  );
}
