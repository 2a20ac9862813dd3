/** Output schemas of the research brief. Every member is required: providers' strict modes ask for it. */
type Schema = Record<string, unknown>;

const text = (description: string): Schema => ({ type: 'string', description });

const oneOf = (values: readonly string[], description: string): Schema => ({
  type: 'string',
  enum: [...values],
  description,
});

const list = (items: Schema, minItems: number, maxItems: number): Schema => ({
  type: 'array',
  items,
  minItems,
  maxItems,
});

function record(properties: Record<string, Schema>): Schema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

const basis = oneOf(
  ['given', 'known', 'assumed'],
  'given: in the material; known: well-established general knowledge; assumed: to be checked',
);
const confidence = oneOf(['low', 'medium', 'high'], 'how far a careful expert would rely on it');
const questionId = text('the id of a sub-question, for example Q2');
const claimId = text('the id of a claim, for example E4');

export const scopePlan = record({
  readingOfTheQuestion: text('what is asked, by whom and for which decision'),
  inScope: list(text('an aspect that belongs to the answer'), 1, 8),
  outOfScope: list(text('an aspect that does not, and why'), 0, 8),
  whatWouldChangeTheDecision: list(text('a finding that would'), 1, 6),
  assumptions: list(text('taken as true until somebody says otherwise'), 0, 8),
});

export const questionTree = record({
  mainQuestion: text('one sentence that ends in a question mark'),
  subQuestions: list(
    record({
      id: questionId,
      question: text('answerable on its own'),
      whyItMatters: text('what follows for the main question from either answer'),
      kind: oneOf(['fact', 'cause', 'comparison', 'forecast', 'judgement'], 'what sort of answer it needs'),
      dependsOn: list(questionId, 0, 6),
      bestEvidence: text('the kind of evidence that would settle it'),
    }),
    3,
    9,
  ),
});

export const questionPlan = record({
  mainQuestion: text('one sentence that ends in a question mark'),
  subQuestions: list(
    record({
      id: questionId,
      question: text('answerable on its own'),
      priority: {
        type: 'integer',
        minimum: 1,
        maximum: 3,
        description: '1 decides, 2 helps, 3 is nice to know',
      },
      answerLooksLike: text(
        'the form of a good answer: a number with a range, a ranking, yes with conditions',
      ),
    }),
    3,
    7,
  ),
  leftOut: list(text('a question that was considered and left out, with the reason'), 0, 6),
});

export const evidencePlan = record({
  perQuestion: list(
    record({
      questionId,
      whatSpeaksFor: text('where supporting evidence would be found'),
      whatSpeaksAgainst: text('where evidence against it would be found'),
      commonError: text('the mistake that people usually make with this question'),
    }),
    1,
    9,
  ),
  rulesOfEvidence: list(text('how claims are weighed here'), 2, 6),
});

const claim = record({
  id: claimId,
  questionId,
  claim: text('one checkable statement'),
  basis,
  source: text('the place in the material, or the general ground; "none" for an assumption. Never invented'),
  direction: oneOf(['supports', 'contradicts', 'qualifies'], 'what it does to the expected answer'),
  confidence,
});

export const evidenceCollection = record({
  claims: list(claim, 6, 24),
  conflicts: list(record({ between: list(claimId, 2, 4), about: text('what they disagree on') }), 0, 6),
});

export const evidenceTable = record({
  claims: list(claim, 4, 16),
  coverage: list(
    record({
      questionId,
      state: oneOf(['answered', 'partly', 'open'], 'how far the evidence goes'),
      missing: text('what is still needed, or "nothing"'),
    }),
    1,
    9,
  ),
  checks: list(text('a claim that a person should verify, and how'), 0, 8),
});

export const synthesisPlan = record({
  rivalAnswers: list(text('a possible answer to the main question, argued as its friends would'), 2, 4),
  tests: list(text('what the evidence would have to show for one and not for the others'), 1, 6),
});

const answer = record({
  questionId,
  answer: text('two to four sentences'),
  claimIds: list(claimId, 0, 8),
  confidence,
});

export const synthesisWork = record({
  answers: list(answer, 1, 9),
  strongestCounterargument: text('against the answer that looks best, as strong as it can be made'),
  whatItTakesToBeWrong: list(text('a fact that would overturn it'), 1, 5),
});

export const synthesis = record({
  answer: text('the answer to the main question, three sentences at most'),
  confidence,
  findings: list(
    record({ finding: text('one sentence'), because: text('the reasoning'), claimIds: list(claimId, 0, 8) }),
    2,
    6,
  ),
  counterargument: text('the best case against, and why it does not carry the day'),
  uncertainties: list(
    record({ what: text('what is not known'), effect: text('how it could change the answer') }),
    1,
    6,
  ),
});

export const briefPlan = record({
  reader: text('who reads it, what they know, how much time they have'),
  decision: text('what they have to decide'),
  order: list(text('a point, in the order of the brief'), 3, 8),
});

export const briefDraft = record({
  title: text('says the answer, not the subject'),
  bottomLine: text('two sentences'),
  sections: list(
    record({ heading: text('a short heading'), body: text('Markdown, at most 200 words') }),
    2,
    6,
  ),
});

export const brief = record({
  title: text('says the answer, not the subject'),
  bottomLine: text('two sentences: the answer and how sure we are'),
  sections: list(
    record({ heading: text('a short heading'), body: text('Markdown, at most 200 words') }),
    2,
    6,
  ),
  recommendations: list(
    record({
      action: text('who does what by when'),
      because: text('the finding it rests on'),
      effort: oneOf(['small', 'medium', 'large'], 'for those who carry it out'),
    }),
    1,
    6,
  ),
  limits: list(text('what the brief does not know, in plain words'), 1, 6),
  toVerify: list(text('a claim to check before relying on it'), 0, 8),
});
