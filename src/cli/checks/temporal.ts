import { taskQueues } from '../../contracts/names.js';
import { temporalTarget, type TemporalTarget } from '../../platform/temporal/connection.js';
import { probeTemporal, type TemporalProbe } from '../../platform/temporal/probe.js';
import { failed, reasonOf, type Check, type Finding, type Surroundings } from '../doctor.js';

const PATIENCE_MS = 3_000;
/** The contract's own attributes: people filter by them in the Temporal Web UI. */
const searchAttributes = ['CotStatus', 'CotPhase', 'CotTemplate'];

export const temporalCheck: Pick<Check, 'look'> = {
  look: (around) =>
    probe(around, ({ serverVersion, namespaceExists, missingSearchAttributes }, { address, namespace }) => {
      const found: Finding[] = [{ state: 'ok', what: `Temporal ${serverVersion} at ${address} answers.` }];
      if (!namespaceExists) {
        const fix = `Create it: temporal operator namespace create --namespace ${namespace}`;
        return [...found, failed(`It has no namespace "${namespace}".`, fix)];
      }
      if (missingSearchAttributes === undefined || missingSearchAttributes.length === 0) {
        return [...found, { state: 'ok', what: `The namespace "${namespace}" has its search attributes.` }];
      }
      const what = `The namespace "${namespace}" lacks the search attributes ${missingSearchAttributes.join(', ')}.`;
      return [...found, failed(what, 'Run deploy/temporal/setup-namespace.sh against it.')];
    }),
};

/** A worker does not poll a queue for which it has nothing to do; workflows, though, are on `flow` alone. */
export const workersCheck: Pick<Check, 'look'> = {
  look: (around) =>
    probe(around, ({ unservedTaskQueues: unserved }) => {
      if (unserved === undefined) {
        return [failed('There is no namespace to look for workers in.', 'Look at the check `temporal`.')];
      }
      const { workerQueues } = around.config;
      const needed: readonly string[] = workerQueues.length > 0 ? workerQueues : [taskQueues.flow];
      const missing = needed.filter((queue) => unserved.includes(queue));
      if (missing.length === 0) return [{ state: 'ok', what: `Workers serve ${needed.join(', ')}.` }];
      const what = `No worker serves ${missing.join(', ')}: what is started there waits.`;
      return [failed(what, 'Start one (`npm run worker`), or look at its WORKER_QUEUES and WORKER_ENABLED.')];
    }),
};

async function probe(
  { config, local }: Surroundings,
  judge: (found: TemporalProbe, target: TemporalTarget) => Finding[],
): Promise<Finding[]> {
  const address =
    config.temporalAddress ?? (config.databaseUrl === undefined ? local?.temporalAddress : undefined);
  let target: TemporalTarget;
  try {
    target = temporalTarget(address === undefined ? config : { ...config, temporalAddress: address });
  } catch {
    return [failed('The address of Temporal is unknown.', 'Look at the check `configuration`.')];
  }
  const questions = { searchAttributes, taskQueues: Object.values(taskQueues) };
  try {
    return judge(await probeTemporal(target, questions, PATIENCE_MS), target);
  } catch (error) {
    const fix = 'Check that it runs, TEMPORAL_ADDRESS, and certificate or API key.';
    return [failed(`Temporal at ${target.address} cannot be used: ${reasonOf(error)}.`, fix)];
  }
}
