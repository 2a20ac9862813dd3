import { explainWords } from '../../../src/domain/notifications/explain-words.js';

test('every reason has a sentence in each language, and none is left in another', () => {
  const { en, ja } = explainWords;
  expect(Object.keys(ja.sentences)).toEqual(Object.keys(en.sentences));
  for (const sentence of Object.values(ja.sentences)) expect(sentence).toMatch(/^[^A-Za-z]+。$/);
  for (const sentence of Object.values(en.sentences)) expect(sentence).toMatch(/^[A-Z][\x20-\x7e]+\.$/);
});

test('an answer names each channel in its language', () => {
  const { en, ja } = explainWords;
  expect(
    en.join([
      [en.channels.email, en.wouldSend],
      [en.channels.push, 'No.'],
    ]),
  ).toBe('Mail: a run would tell them now. Push: No.');
  expect(
    ja.join([
      [ja.channels.email, ja.wouldSend],
      [ja.channels.push, 'なし。'],
    ]),
  ).toBe('メール:今実行すれば送信されます。プッシュ通知:なし。');
  expect(en.unknownZone('Mars/Base')).toContain('Mars/Base');
  expect(ja.unknownZone('Mars/Base')).toContain('Mars/Base');
});
