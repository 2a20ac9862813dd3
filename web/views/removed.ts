import { t } from '../app/i18n';
import { queries } from '../app/queries';
import { toast, toastProblem } from '../app/toasts';

/** Removes something that a person saved, and offers to bring it back. */
export async function removed(
  { name, queryKey }: { readonly name: string; readonly queryKey: readonly string[] },
  remove: () => Promise<unknown>,
  bringBack: () => Promise<unknown>,
): Promise<void> {
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      toastProblem(error);
      return false;
    } finally {
      void queries.invalidateQueries({ queryKey });
    }
  };
  if (!(await run(remove))) return;
  const action = { label: t().actions.undo, run: () => void run(bringBack) };
  toast({ tone: 'done', text: t().actions.removed(name), action });
}
