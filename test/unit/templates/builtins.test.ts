import { assembleContext } from '../../../src/models/prompt/assemble.js';
import { builtinTemplates } from '../../../src/contracts/templates/builtin/builtin-templates.js';
import { composeOfflineValue } from '../../../src/models/offline/schema.js';
import { phaseKindOf } from '../../../src/models/offline/script.js';
import { stepNames } from '../../../src/domain/sessions/state.js';
import { sha256Hex } from '../../../src/crypto/digest.js';
import { compileJsonSchema } from '../../../src/contracts/templates/json-schema.js';
import { checkedTemplate } from '../../../src/contracts/templates/check.js';
import {
  localText,
  type Language,
  type TemplateDefinition,
} from '../../../src/contracts/templates/template.js';

const byName = new Map(builtinTemplates.map((template) => [template.name, template]));
const languages: Language[] = ['en', 'ja'];
const KANA = /[\u3040-\u30ff]/;

function given(name: string): TemplateDefinition {
  const template = byName.get(name);
  if (template === undefined) throw new Error(`there is no built-in ${name}`);
  return template;
}

/** Every text of a template with where it stands. */
function textsOf(template: TemplateDefinition): [string, TemplateDefinition['title'] | undefined][] {
  return [
    ['title', template.title],
    ['description', template.description],
    ['system', template.system],
    ...template.phases.flatMap((phase): [string, TemplateDefinition['title'] | undefined][] => [
      [`${phase.key}.title`, phase.title],
      [`${phase.key}.instructions`, phase.instructions],
      ...stepNames.map((step): [string, TemplateDefinition['title']] => [
        `${phase.key}.${step}`,
        phase.steps[step].prompt,
      ]),
    ]),
  ];
}

test('the built-in templates are the three that the product promises', () => {
  expect([...byName.keys()]).toEqual(['viral-content', 'research-brief', 'minimal']);
});

test.each(builtinTemplates.map((template) => [template.name, template] as const))(
  '%s is a valid template that validation leaves as it is',
  (_name, template) => {
    expect(checkedTemplate.parse(template)).toEqual(template);
  },
);

test.each(builtinTemplates.map((template) => [template.name, template] as const))(
  '%s speaks English and Japanese in every text',
  (_name, template) => {
    const wrong = textsOf(template)
      .filter(([, text]) => text !== undefined)
      .filter(
        ([, text]) =>
          typeof text !== 'object' || KANA.test(text.en) || !/[\u3040-\u30ff\u4e00-\u9fff]/.test(text.ja),
      );
    expect(wrong.map(([place]) => place)).toEqual([]);
  },
);

test('viral-content goes through its five phases in plain Markdown, so that any model can run it', () => {
  const { phases, model } = given('viral-content');
  expect(phases.map((phase) => localText(phase.title, 'en'))).toEqual([
    'Trend collection',
    'Opportunity evaluation',
    'Concept creation',
    'Content production',
    'Execution strategy',
  ]);
  const steps = phases.flatMap((phase) => stepNames.map((step) => phase.steps[step]));
  expect(model).toBeUndefined();
  expect(steps.filter((step) => Object.keys(step).some((member) => member !== 'prompt'))).toEqual([]);
});

test('viral-content asks for the same sections in both languages', () => {
  const headings = (text: string): number => text.match(/^##+ |\*\*##/gm)?.length ?? 0;
  const uneven = given('viral-content').phases.flatMap((phase) =>
    stepNames
      .filter((step) => {
        const { prompt } = phase.steps[step];
        return headings(localText(prompt, 'en')) !== headings(localText(prompt, 'ja'));
      })
      .map((step) => `${phase.key}.${step}`),
  );
  expect(uneven).toEqual([]);
});

test('the offline model knows what each phase of viral-content is about', () => {
  const kinds = given('viral-content').phases.map((phase) => phaseKindOf(phase.key, ''));
  expect(kinds).toEqual(['trends', 'opportunities', 'concept', 'production', 'strategy']);
});

test('every step of research-brief has an output schema that the offline model can meet', () => {
  const failed = given('research-brief').phases.flatMap((phase) =>
    stepNames
      .filter((step) => {
        const schema = phase.steps[step].outputSchema ?? {};
        const value = composeOfflineValue(
          schema,
          'Why do small towns lose their cinemas?',
          '- A line of material',
        );
        return !compileJsonSchema(schema)(value).ok;
      })
      .map((step) => `${phase.key}.${step}`),
  );
  expect(failed).toEqual([]);
});

test.each(languages)(
  'the fixed part of every prompt leaves most of a small context free (%s)',
  (language) => {
    const limit = 4_000;
    const countTokens = (text: string): number => Math.ceil(text.length / (language === 'ja' ? 1 : 4));
    for (const template of builtinTemplates) {
      for (const [index, phase] of template.phases.entries()) {
        for (const step of stepNames) {
          const { system, user } = assembleContext(
            {
              topic: language === 'ja' ? '地方の小さな映画館について' : 'Small cinemas',
              rules: localText(template.system ?? '', language),
              instructions: [phase.instructions ?? '', phase.steps[step].prompt]
                .map((text) => localText(text, language))
                .join('\n\n'),
              phase: { number: index + 1, of: template.phases.length, key: phase.key, title: 'x' },
              step,
              earlierPhases: [],
              earlierSteps: [],
              notes: [],
            },
            limit,
            { countTokens, digest: sha256Hex },
          );
          expect(countTokens(system) + countTokens(user)).toBeLessThan(limit / 1.5);
        }
      }
    }
  },
);
