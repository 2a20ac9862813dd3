/** The row that `runKinds` of src/contracts/run-kinds.ts gets. Routes, events, lists, retries and the console follow from it. */
export const translationKind = {
  title: 'Translation',
  idPrefix: 'trl',
  workflowType: 'translateText',
  taskQueue: 'flow',
  events: 'job',
  routeBase: '/jobs',
} as const;
