import { ErrorKeeper } from '../../../src/workflows/notifications/error-keeper.js';

const good = { offices: 3, officesFailed: 0, sent: 100, failed: 0 };
const bad = { offices: 3, officesFailed: 0, sent: 0, failed: 100 };

/** A gate that a person decides later. */
function gateOf() {
  const asked: object[] = [];
  let decide: (goesOn: boolean) => void = () => undefined;
  const pass = (gate: object): Promise<boolean> => {
    asked.push(gate);
    return new Promise((resolve) => (decide = resolve));
  };
  return { asked, pass, decide: (goesOn: boolean) => decide(goesOn) };
}

test('nobody is asked while few messages fail', async () => {
  const gate = gateOf();
  const keeper = new ErrorKeeper(gate, 50, false);
  expect(await keeper.mayGoOn(good)).toBe(true);
  expect(gate.asked).toEqual([]);
  expect([keeper.isStopped, keeper.areAccepted]).toEqual([false, false]);
});

test('everybody who comes while a person decides waits for the same decision', async () => {
  const gate = gateOf();
  const keeper = new ErrorKeeper(gate, 50, false);
  const waiting = [keeper.mayGoOn(bad), keeper.mayGoOn(good), keeper.mayGoOn(bad)];
  gate.decide(true);
  expect(await Promise.all(waiting)).toEqual([true, true, true]);
  expect(gate.asked).toMatchObject([{ kind: 'errors' }]);
  expect([keeper.isStopped, keeper.areAccepted]).toEqual([false, true]);
});

test('failures that a person accepted are not asked about again', async () => {
  const gate = gateOf();
  const keeper = new ErrorKeeper(gate, 50, false);
  const first = keeper.mayGoOn(bad);
  gate.decide(true);
  await first;
  expect(await keeper.mayGoOn(bad)).toBe(true);
  expect(await new ErrorKeeper(gate, 50, true).mayGoOn(bad)).toBe(true);
  expect(gate.asked).toHaveLength(1);
});

test('after a rejection no office begins, whatever the counts are', async () => {
  const gate = gateOf();
  const keeper = new ErrorKeeper(gate, 50, false);
  const first = keeper.mayGoOn(bad);
  gate.decide(false);
  expect(await first).toBe(false);
  expect(await keeper.mayGoOn(good)).toBe(false);
  expect(gate.asked).toHaveLength(1);
  expect([keeper.isStopped, keeper.areAccepted]).toEqual([true, false]);
});

test('a rate of zero never asks', async () => {
  const gate = gateOf();
  expect(await new ErrorKeeper(gate, 0, false).mayGoOn(bad)).toBe(true);
  expect(gate.asked).toEqual([]);
});
