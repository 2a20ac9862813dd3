import { useSignal } from '@preact/signals';
import { isProblem } from '../app/problem';
import { toast, toastProblem } from '../app/toasts';
import { forgetNotices } from './notification-queries';

/** Sends a form once at a time. A refusal of a field stands at the field, any other in a notice. */
export function useSave() {
  const busy = useSignal(false);
  const faults = useSignal<Readonly<Record<string, string>>>({});
  const save = async (work: () => Promise<unknown>, done?: string): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    faults.value = {};
    try {
      await work();
      forgetNotices();
      if (done !== undefined) toast({ tone: 'done', text: done });
      return true;
    } catch (error) {
      if (isProblem(error, 'validation_error') && error.faults.length > 0)
        faults.value = Object.fromEntries(error.faults.map(({ path, message }) => [path, message]));
      else toastProblem(error);
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy, faults, save };
}
