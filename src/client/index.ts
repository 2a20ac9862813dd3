/** The face of the package `@sluice/client`. */
export { createClient, type SluiceClient } from './client.js';
export { ApiProblem, type ProblemDocument } from './problem.js';
export type { Connection } from './request.js';
export type { ReadEvent, ReadOptions } from './events.js';
export type { AnswerOf, CallOptions, InputOf, ItemOf, ListId, OperationId } from './operations.js';
