import fc from 'fast-check';
import { TextTap } from '../../../src/models/deltas/text-tap.js';

const content = (text: string, more: object = {}, delta: object = {}): string =>
  `data: ${JSON.stringify({ model: 'm', choices: [{ index: 0, delta: { content: text, ...delta }, finish_reason: null }], ...more })}\n\n`;

function tapped(pieces: readonly string[]): { text: string; forward: string } {
  let text = '';
  const tap = new TextTap((said) => (text += said));
  const forward = pieces.map((piece) => tap.push(piece)).join('');
  return { text, forward: forward + tap.end() };
}

test('text is taken out; the first event and whatever holds more go on without it', () => {
  const events = [
    content('a'),
    content('b'),
    content('c', { usage: { prompt_tokens: 1 } }),
    content('d', {}, { tool_calls: [{ index: 0 }] }),
    content('e', {}, { refusal: null, role: 'assistant' }),
    'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
    'data: [DONE]\n\n',
  ];
  const { text, forward } = tapped(events);
  expect(text).toBe('abcde');
  expect(forward.split('\n\n').map((event) => event.slice(6))).toEqual([
    expect.stringContaining('"model":"m"'),
    expect.stringContaining('prompt_tokens'),
    expect.stringContaining('tool_calls'),
    '{"choices":[{"delta":{},"finish_reason":"stop"}]}',
    '[DONE]',
    '',
  ]);
  expect(forward).not.toMatch(/"content":"/);
});

test('the text of the other wire format is taken out and its other events go on as they came', () => {
  const start = 'event: content_block_start\ndata: {"type":"content_block_start","index":0}\n\n';
  const delta = (text: string): string =>
    `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"${text}"}}\n\n`;
  const tool =
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{"}}\n\n';
  expect(tapped([start, delta('x'), delta('y'), tool])).toEqual({ text: 'xy', forward: start + tool });
});

test('what is not understood goes on as it came, also without an end', () => {
  const odd = [
    ': comment\n\n',
    'data: {"broken\n\n',
    'data: {"a":1,\ndata: "b":2}\n\n',
    'event: ping\n\n',
    '<html>never ends',
  ];
  expect(tapped(odd)).toEqual({ text: '', forward: odd.join('') });
});

test('however the stream is cut, with either line end, the text and the rest are the same', () => {
  const whole = [
    content('a🙂'),
    ': x\n\n',
    content('b'),
    content('c').replaceAll('\n', '\r\n'),
    'data: [DONE]\r\n\r\n',
  ].join('');
  const expected = tapped([whole]);
  expect(expected.text).toBe('a🙂bc');
  expect(tapped(whole.split(''))).toEqual(expected);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 30 }), (cuts) => {
      const places = [0, ...cuts.sort((one, other) => one - other), whole.length];
      const pieces = places.slice(1).map((end, index) => whole.slice(places[index], end));
      expect(tapped(pieces)).toEqual(expected);
    }),
  );
});
