import { useSignal } from '@preact/signals';
import { isProblem } from './problem';
import { toast, toastProblem } from './toasts';

interface ActionOptions {
  /** The notice of a success. */
  readonly done?: string;
  /** Shows this error, and answers true, if the caller has a place for it. Any other error becomes a notice. */
  readonly shows?: (error: unknown) => boolean;
}

/** The action of a button, once at a time. `run` answers whether it succeeded. */
export function useAction() {
  const busy = useSignal(false);
  const run = async (work: () => unknown, { done, shows }: ActionOptions = {}): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    try {
      await work();
      if (done !== undefined) toast({ tone: 'done', text: done });
      return true;
    } catch (error) {
      if (shows?.(error) !== true) toastProblem(error);
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy, run };
}

type Faults = Readonly<Record<string, string>>;

/** The action of a form: a refusal of a field stands at the field. */
export function useForm() {
  const { busy, run } = useAction();
  const faults = useSignal<Faults>({});
  const shows = (error: unknown): boolean => {
    faults.value = faultsOf(error);
    return Object.keys(faults.value).length > 0;
  };
  const send = (work: () => unknown, done?: string): Promise<boolean> =>
    run(
      () => {
        faults.value = {};
        return work();
      },
      done === undefined ? { shows } : { done, shows },
    );
  return { busy, faults, send };
}

/** By the path in the body, and by the field at its head: a fault of `events.1` stands at `events`. */
function faultsOf(error: unknown): Faults {
  if (!isProblem(error, 'validation_error')) return {};
  const { errors = [] } = error.problem;
  const heads = errors.map(({ path, message }) => [path.split('.')[0] ?? path, message] as const);
  const paths = errors.map(({ path, message }) => [path, message] as const);
  return Object.fromEntries(heads.concat(paths));
}
