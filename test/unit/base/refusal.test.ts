import { problemDocument, problemOf } from '../../../src/api/http/problem-document.js';
import { problems } from '../../../src/api/http/problems.js';
import { Refusal, refusalCodes } from '../../../src/contracts/refusal.js';

test.each(refusalCodes)(
  'a refusal %s becomes the problem of the same code, with its title as detail',
  (code) => {
    const document = problemDocument(problemOf(new Refusal(code)), 'req_1');
    const { title } = problems[code];
    expect(document).toMatchObject({
      type: `/problems/${code}`,
      code,
      title,
      detail: title,
      requestId: 'req_1',
    });
  },
);

test('the facts of a refusal come first in its document, and never pass for its own members', () => {
  const refusal = new Refusal('conflict', { detail: 'Too late.', facts: { code: 'mine', current: 7 } });
  const document = problemDocument(problemOf(refusal), 'req_1');
  expect(JSON.stringify(document)).toBe(
    '{"code":"conflict","current":7,"type":"/problems/conflict","title":"The current state does not allow this",' +
      '"status":409,"detail":"Too late.","requestId":"req_1"}',
  );
});

test('a refusal about a statement says in words that it failed, and where', () => {
  const problem = problemOf(new Refusal('sql_syntax_error', { detail: 'no', facts: { line: 1, column: 8 } }));
  expect(problem.status).toBe(400);
  expect(problemDocument(problem, 'req_1')).toMatchObject({
    status: 'error',
    success: false,
    line: 1,
    column: 8,
  });
});

test('the time after which the same may be taken goes out as Retry-After', () => {
  const { status, headers } = problemOf(new Refusal('sql_queue_full', { retryAfterSeconds: 10 }));
  expect({ status, headers }).toEqual({ status: 429, headers: { 'Retry-After': '10' } });
});
