import { fromEarlier, fromTopic, type Angle } from './candidates.js';
import { concept, production, strategy } from './english-making.js';
import type { OfflineLexicon, PhaseScript } from './script.js';

const angles: readonly Angle[] = [
  [
    (term) => `${capital(term)} for absolute beginners`,
    'a newcomer can follow it at once and sends it to the next one',
  ],
  [(term) => `Behind the scenes of ${term}`, 'people share what they were not supposed to see'],
  [(term) => `Five mistakes with ${term}`, 'a mistake that one has made oneself is the strongest hook'],
  [(term) => `${capital(term)}: before and after`, 'the change is visible in two seconds, without sound'],
  [(term) => `${capital(term)} on a small budget`, 'it takes away the first excuse for not trying'],
  [(term) => `What nobody tells you about ${term}`, 'an open question keeps people to the end'],
  [(term) => `A day with ${term}`, 'a story with hours has a natural order and an end'],
  [(term) => `${capital(term)} against the usual way`, 'a comparison invites taking sides in the comments'],
  [(term) => `The numbers behind ${term}`, 'one surprising number is quoted on its own'],
  [(term) => `${capital(term)} in thirty seconds`, 'short, complete and easy to watch twice'],
  [(term) => `Local people and their ${term}`, 'a region recognises itself and spreads it'],
  [(term) => `What changes next in ${term}`, 'an outlook dates well and can be followed up'],
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const formerMark = (score: number): string => ` (stood at ${score} before)`;

const trends: PhaseScript = {
  goal: (m) =>
    `Collect what is moving around “${m.subject}”, and sort what is worth a closer look from what is only loud.`,
  questions: (m) => [
    `Who talks about ${m.terms[0]} of their own accord, and where?`,
    `Which form travels: a short video, a picture with text, a thread, a long article?`,
    `What about ${m.terms.at(-1)} annoys people enough to comment on it?`,
    'What was loud a year ago and is gone, and why?',
  ],
  plan: (m) => [
    `Split “${m.subject}” into its parts: ${m.terms.join(', ')}.`,
    'For each part, write down recurring questions, complaints and jokes.',
    'Give each finding marks for reach, staying power and fit, and keep the best six.',
    'Say for each what would prove it wrong.',
  ],
  criteria: ['Reach', 'Staying power', 'Fit'],
  candidates: (m) => fromTopic(m, angles, 6),
  workedOut: (m, best, second) =>
    [
      `**${best}** has the best marks together. It speaks about ${m.terms[0]} from the side of the person who has to deal with it.`,
      `**${second}** is the runner-up: less reach, but it ages better and can become a series.`,
      '',
      'Signals to look for before relying on either:',
      '- the same question asked by unrelated people within a week',
      '- copies of a format by small accounts, not only by large ones',
      '- comments that tell a story of their own instead of one word',
    ].join('\n'),
  decision: (m, best) =>
    `Go on with **${best}** as the leading trend for “${m.subject}”, and keep the next two as a reserve.`,
  nextSteps: () => [
    'Check the leading trend against ten real posts from the last thirty days.',
    'Note for each post the first three seconds, the length and the most liked comment.',
    'Drop any trend that rests on a single account.',
  ],
  followUps: (m) => [
    `Is there a date or a season that ${m.terms[0]} is tied to?`,
    'Which of these trends must the brand not touch?',
  ],
};

const opportunities: PhaseScript = {
  goal: (m) =>
    `Weigh the trends for “${m.subject}” against each other and find the one opening that is worth the effort.`,
  questions: () => [
    'How many others already do this well, and what do they leave out?',
    'What does a first attempt cost in days and money?',
    'What is the worst that can happen, and can it be taken back?',
  ],
  plan: (m) => [
    `Take over ${m.carried.length > 0 ? `the ${m.carried.length} findings of the earlier phase` : 'the candidates that the topic suggests'}.`,
    'Give marks for demand, competition and effort (a high mark is good in all three).',
    'Compare the best two in words, because marks hide reasons.',
    'Name the assumption that the decision hangs on.',
  ],
  criteria: ['Demand', 'Little competition', 'Little effort'],
  candidates: (m) =>
    fromEarlier(
      m,
      [
        'people ask for it and few answer in full',
        'simple to try within a week',
        'crowded, but nobody does it in this voice',
        'needs a partner, then hard to copy',
        'a small audience that buys',
      ],
      formerMark,
    ) ?? fromTopic(m, angles, 5),
  workedOut: (m, best, second) =>
    [
      `| | ${best} | ${second} |`,
      '|---|---|---|',
      `| For it | answers a question about ${m.terms[0]} that is asked every day | can be made with what is there |`,
      '| Against it | others may follow within weeks | the audience is smaller |',
      '| First proof | twenty unprompted saves in the first two days | five people who ask for the next part |',
      '| Way back | delete and learn, nothing else depends on it | turn it into an article |',
    ].join('\n'),
  decision: (_, best) =>
    `The best opportunity is **${best}**: the marks are ahead, and a failed attempt costs little.`,
  nextSteps: (_, best) => [
    `Write down in one sentence who exactly “${best}” is for.`,
    'Agree on the number that will count as proof, before anything is made.',
    'Keep the second opportunity ready in case that number is missed.',
  ],
  followUps: () => ['Who has to agree before this is published?', 'Which claim in it needs a source?'],
};

const generic: PhaseScript = {
  goal: (m) =>
    `Work on “${m.subject}”${m.phaseTitle === '' ? '' : ` under the heading “${m.phaseTitle}”`} in a way that can be checked.`,
  questions: (m) => [
    `What exactly is meant by ${m.terms[0]} here?`,
    'Who uses the result, and for which decision?',
    `What would have to be true for ${m.terms.at(-1)} not to matter?`,
  ],
  plan: (m) => [
    `Separate the parts: ${m.terms.join(', ')}.`,
    'State what is known, what is assumed and what is open for each.',
    'Compare the alternatives by the same three criteria.',
    'Draw a conclusion and name what would change it.',
  ],
  criteria: ['Benefit', 'Certainty', 'Effort (high is little)'],
  candidates: (m) =>
    fromEarlier(
      m,
      [
        'carries most of the question',
        'quick to settle',
        'hard to reverse, so early',
        'depends on the others',
      ],
      formerMark,
    ) ?? fromTopic(m, angles, 5),
  workedOut: (m, best, second) =>
    [
      `**${best}** carries most of the question about ${m.terms[0]}; **${second}** can be settled on its own.`,
      '',
      '- Known: what the topic itself says, and what earlier steps established.',
      '- Assumed: that the parts can be judged separately.',
      `- Open: figures for ${m.terms.at(-1)}, which need a source outside this text.`,
    ].join('\n'),
  decision: (m, best) => `For “${m.subject}”, begin with **${best}**; the rest follows from it or can wait.`,
  nextSteps: () => [
    'Find two independent sources for the leading point.',
    'Ask the person who will use the result whether the criteria are theirs.',
    'Write down the one fact that would overturn the conclusion.',
  ],
  followUps: (m) => [
    `Which figures about ${m.terms[0]} can be had at all?`,
    'What is the date by which a rough answer is worth more than a good one?',
  ],
};

export const english: OfflineLexicon = {
  notice:
    '> **Offline model.** This text was composed by fixed rules from the topic and the earlier outputs. It is no research: marks are illustrative.',
  headings: {
    goal: 'Goal',
    known: 'What is known',
    notes: 'Reviewers’ notes taken up',
    questions: 'Questions',
    plan: 'Plan',
    criteria: 'Criteria',
    candidates: 'Candidates with marks',
    comparison: 'Comparison',
    material: 'Worked out',
    result: 'Result',
    ranking: 'Ranking',
    decision: 'Decision',
    nextSteps: 'Next steps',
    followUps: 'Open questions',
  },
  columns: { name: 'Candidate', why: 'Why', score: 'Score' },
  known: (m) => [
    `The topic names: ${m.terms.join(', ')}.`,
    ...(m.earlierTitles.length === 0 ? [] : [`Approved so far: ${m.earlierTitles.join(', ')}.`]),
    ...(m.carried.length === 0 ? [] : [`Carried over: ${m.carried.map((item) => item.name).join('; ')}.`]),
  ],
  noteTaken: (note) => `“${note}” – taken into account in the choice and the order below.`,
  criterion: (name) => `${name}: marks from 1 to 10, higher is better`,
  comparison: ({ first, second, criterion, lead }) =>
    `Between **${first}** and **${second}** the difference lies in “${criterion}”, where ${lead} is ahead.`,
  result: (m, best) =>
    `For “${m.subject}” this phase${m.phaseTitle === '' ? '' : ` (${m.phaseTitle})`} ends with this in the first place: **${best}**.`,
  scripts: { trends, opportunities, concept, production, strategy, generic },
};
