import { ContentView } from '../ui/content-view';
import { WordDiff } from '../ui/word-diff';
import { Specimen } from './specimen';

const markdown = `# A heading

Some *text* with a [link](https://far.example/a), \`code\` and **weight**.

- one
- two

| city | rain |
| --- | --- |
| Oslo | 3 mm |

> Quoted

\`\`\`
const one = 1;
\`\`\``;

const data = JSON.stringify({
  title: 'Rain',
  cities: [
    { name: 'Oslo', mm: 3 },
    { name: '東京', mm: 12 },
  ],
  note: null,
});

export function Texts() {
  return (
    <>
      <Specimen name="Markdown">
        <ContentView text={markdown} contentType="text/markdown" />
      </Specimen>
      <Specimen name="Markdown while it streams">
        <ContentView text="The rain is likely to" contentType={null} streaming />
      </Specimen>
      <Specimen name="Data">
        <ContentView text={data} contentType="application/json" />
      </Specimen>
      <Specimen name="Changes">
        <WordDiff before="The rain is heavy today." after="The snow is heavy this week." />
        <WordDiff before="今日は雨です。" after="明日は雪です。" />
      </Specimen>
    </>
  );
}
