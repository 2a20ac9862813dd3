import { oneLine } from '../text.js';
import type { PhaseScript } from './script.js';

export const concept: PhaseScript = {
  goal: (m) =>
    `Turn the chosen opportunity into one concept for “${m.subject}” that can be told in a sentence.`,
  questions: (m) => [
    `What does the audience believe about ${m.terms[0]} that is not quite right?`,
    'What do they feel at the start, and what at the end?',
    'Which picture stays when everything else is forgotten?',
  ],
  plan: () => [
    'Write three concepts that differ in their promise, not only in their words.',
    'Check each for clarity, surprise and how well it can be made.',
    'Work out the best one: promise, hook, proof, call to action.',
  ],
  criteria: ['Clarity', 'Surprise', 'Feasibility'],
  candidates: (m) => {
    const base = m.carried[0]?.name ?? m.subject;
    return [
      { name: `The honest test: ${base}`, why: 'we try it in front of the camera and keep what goes wrong' },
      { name: `One question a day: ${base}`, why: 'a series in which each part answers one comment' },
      { name: `The swap: ${base}`, why: 'two people exchange their way of doing it for a week' },
    ];
  },
  workedOut: (m, best) =>
    [
      `**${best}**`,
      '',
      `- **Promise:** after one minute you know whether ${m.terms[0]} is for you.`,
      `- **Hook:** “I was sure I was right about ${m.terms[0]}. Then I counted.”`,
      '- **Proof:** the whole attempt is shown, with the failure in it.',
      '- **Tone:** curious and exact, never superior.',
      '- **Call to action:** “Tell me what to try next; the most liked comment wins.”',
    ].join('\n'),
  decision: (_, best) =>
    `Produce **${best}**. It can be told in one sentence, and its risk lies in the making, not in the idea.`,
  nextSteps: () => [
    'Read the one-sentence version to three people who know nothing about it.',
    'Fix the promise; everything that does not serve it goes.',
    'Choose format and length for the first two channels.',
  ],
  followUps: () => ['May real names and places appear?', 'Which words does the brand never use?'],
};

export const production: PhaseScript = {
  goal: (m) =>
    `Write the content for “${m.subject}”, so that it could be recorded or published as it stands.`,
  questions: () => [
    'What must be said in the first three seconds?',
    'Which sentence can go without anyone missing it?',
    'Does it work without sound, and without the picture?',
  ],
  plan: () => [
    'Write the short video first: it forces the order.',
    'Derive the post and the article from it, not the other way round.',
    'Read everything aloud and cut a fifth.',
  ],
  criteria: ['Hook', 'Substance', 'Shareability'],
  candidates: (m) => {
    const base = m.carried[0]?.name ?? m.subject;
    return [
      { name: `Short video: ${base}`, why: '40 seconds, one person, one cut too few rather than too many' },
      { name: `Carousel: ${base}`, why: 'six pictures, the fifth is the one that gets saved' },
      { name: `Article: ${base}`, why: '700 words that can be found a year from now' },
    ];
  },
  workedOut: (m, best) =>
    [
      `### Script for “${best}”`,
      '| Seconds | Picture | Words |',
      '|---|---|---|',
      `| 0–3 | close-up, no intro | “Everyone does ${m.terms[0]} the same way. I did too.” |`,
      `| 3–12 | the usual way, fast | “It takes an hour, and this is what you get.” |`,
      `| 12–30 | the other way, calm | “Now watch what happens with ${m.terms.at(-1)} when you change one thing.” |`,
      '| 30–40 | both side by side | “Which one would you keep? Tell me why.” |',
      '',
      '### Post',
      `I changed one thing about ${m.terms[0]} and counted for a week. The result is in the fifth picture. ` +
        'What surprised me was not the number but how quickly I stopped noticing the effort.',
      '',
      `Tags: ${m.terms
        .slice(0, 4)
        .map((term) => `#${term.replace(/[^\p{L}\p{N}]/gu, '')}`)
        .join(' ')}`,
    ].join('\n'),
  decision: (_, best) =>
    `Publish **${best}** first; the other two are cut from the same material afterwards.`,
  nextSteps: () => [
    'Record two versions of the first three seconds and nothing else twice.',
    'Have one person check every claim against its source.',
    'Prepare the answers to the three likeliest comments.',
  ],
  followUps: () => ['Is the music cleared for this use?', 'Who answers comments in the first hour?'],
};

export const strategy: PhaseScript = {
  goal: (m) => `Plan how “${m.subject}” reaches people: when, where, by whom, and what is measured.`,
  questions: () => [
    'Where is the audience on a weekday evening?',
    'What is done when the first post fails, and who decides it?',
    'Which number ends the experiment, in either direction?',
  ],
  plan: () => [
    'Order the channels by how fast they give an answer, not by size.',
    'Put every post, its owner and its measure into one table.',
    'Fix the review dates and the conditions for going on and for stopping.',
  ],
  criteria: ['Speed of answer', 'Reach', 'Control'],
  candidates: () => [
    { name: 'Short video channel', why: 'answers within two days whether the hook works' },
    { name: 'Newsletter', why: 'small, but those who read it answer' },
    { name: 'Partner account', why: 'brings an audience that already trusts somebody' },
    { name: 'Search article', why: 'slow, and still there next year' },
  ],
  workedOut: (m, best) =>
    [
      '| Day | Channel | What | Owner | Measure |',
      '|---|---|---|---|---|',
      `| 1 | ${best} | first version of “${oneLine(m.carried[0]?.name ?? m.subject, 50)}” | editor | share of viewers after 3 s |`,
      '| 3 | same | second version with another opening | editor | the same, against day 1 |',
      `| 5 | Newsletter | what the comments about ${m.terms[0]} taught us | author | replies |`,
      '| 8 | Partner account | joint short version | partner manager | new followers who stay a week |',
      '| 14 | Search article | the long answer with sources | author | visits from search after 30 days |',
    ].join('\n'),
  decision: (_, best) =>
    `Start with **${best}** and review on day 4 and day 10. Go on above the agreed number, stop below half of it.`,
  nextSteps: () => [
    'Enter the five dates and their owners into the calendar.',
    'Write the stop condition where everyone sees it.',
    'Collect the numbers once, on the review days, not hourly.',
  ],
  followUps: () => ['Is there a budget for a paid start?', 'What is reused from this for the next topic?'],
};
