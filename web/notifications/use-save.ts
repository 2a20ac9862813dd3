import { useForm } from '../app/use-action';
import { forgetNotices } from './notification-queries';

/** A form whose success makes the console ask anew for notifications and their records. */
export function useSave() {
  const { busy, faults, send } = useForm();
  const save = (work: () => Promise<unknown>, done?: string): Promise<boolean> =>
    send(() => work().then(forgetNotices), done);
  return { busy, faults, save };
}
