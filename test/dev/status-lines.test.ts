import { createStatusLines } from '../../src/dev/status-lines.js';

function record(isTTY: boolean): { written: string[]; lines: ReturnType<typeof createStatusLines> } {
  const written: string[] = [];
  return { written, lines: createStatusLines({ isTTY, write: (text) => written.push(text) }) };
}

test('on a terminal the line of a part on its way is taken back by the next one', () => {
  const { written, lines } = record(true);
  lines.busy('Temporal', 'downloading: 12 MB');
  lines.busy('Temporal', 'downloading: 40 MB');
  lines.done('Temporal', 'is up');
  expect(written).toEqual([
    '  … Temporal    downloading: 12 MB',
    '\r\u001b[2K  … Temporal    downloading: 40 MB',
    '\r\u001b[2K  ✓ Temporal    is up\n',
  ]);
});

test('in a log the progress of a part is one line', () => {
  const { written, lines } = record(false);
  lines.busy('Temporal', 'downloading: 12 MB');
  lines.busy('Temporal', 'downloading: 40 MB');
  lines.warn('Port', '3000 is taken');
  expect(written).toEqual(['  … Temporal    downloading: 12 MB\n', '  ! Port        3000 is taken\n']);
});
