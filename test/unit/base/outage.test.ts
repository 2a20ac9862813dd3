import { isDatabaseOutage } from '../../../src/db/base/outage.js';

test.each([
  ['a refused connection', { code: 'ECONNREFUSED' }],
  ['a broken pipe', { code: 'EPIPE' }],
  ['a lost connection', { code: '08006' }],
  ['a server that shuts down', { code: '57P01' }],
  ['a server that starts', { code: '57P03' }],
  ['a canceled statement', { code: '57014' }],
  ['a full disk', { code: '53100' }],
  ['too many connections', { code: '53300' }],
  ['an error of input or output', { code: '58030' }],
  ['a standby', { code: '25006' }],
  ['a lock that is not free', { code: '55P03' }],
  ['a serialization failure', { code: '40001' }],
  ['a deadlock', { code: '40P01' }],
  ['a connection that ended under a statement', new Error('Connection terminated unexpectedly')],
  ['a pool without a free connection', new Error('timeout exceeded when trying to connect')],
])('%s is an outage: the same statement may succeed later', (_what, error) => {
  expect(isDatabaseOutage(error)).toBe(true);
});

test.each([
  ['a row that is there already', { code: '23505' }],
  ['an unknown table', { code: '42P01' }],
  ['a code that only contains one of an outage', { code: 'X08006' }],
  ['a code that only begins like one', { code: '40001X' }],
  ['a code that is a number', { code: 57_014 }],
  ['words of somebody else', new Error('the Connection terminated')],
  ['nothing', undefined],
])('%s is no outage', (_what, error) => {
  expect(isDatabaseOutage(error)).toBe(false);
});
