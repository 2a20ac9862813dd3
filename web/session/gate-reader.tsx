import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { me } from '../app/me';
import type { GateRecord, Reservation } from '../app/types';
import { Icon } from '../ui/icon';

const BEGINS_MS = 1_000;
const AGAIN_MS = 30_000;

/** Reserves this gate for its reader, and shows who reads it already. It keeps nobody from deciding. */
export function GateReader({ gate }: { readonly gate: GateRecord }) {
  const reader = useSignal<Reservation['reservedBy']>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let isGone = false;
    const reserve = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        // A note that does not arrive is no reason to disturb: the next one may.
        const answer = await call('reserveGate', { params: { id: gate.id } }).catch(() => null);
        if (answer !== null) reader.value = answer.reservedBy;
      }
      if (!isGone) timer = setTimeout(() => void reserve(), AGAIN_MS);
    };
    timer = setTimeout(() => void reserve(), BEGINS_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [gate.id]);
  const other = reader.value?.id === me.value?.id ? null : reader.value;
  if (other === null) return null;
  return (
    <p class="decision-facts" role="status">
      <Icon name="eye" size={12} /> {t().inbox.readBy(other.name)}
    </p>
  );
}
