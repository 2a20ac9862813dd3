import type { TemplateDefinition } from '../template.js';
import {
  brief,
  briefDraft,
  briefPlan,
  evidenceCollection,
  evidencePlan,
  evidenceTable,
  questionPlan,
  questionTree,
  scopePlan,
  synthesis,
  synthesisPlan,
  synthesisWork,
} from './research-brief-schemas.js';

/** From a question to a brief that says how sure it is. Every step answers in JSON of a schema. */
export const researchBrief: TemplateDefinition = {
  name: 'research-brief',
  title: { en: 'Research brief', ja: 'リサーチブリーフ' },
  description: {
    en: 'From a question to a two-page brief: sub-questions, an evidence table, a synthesis with the case against it, and the brief. Every step answers in JSON that is checked against a schema, so other programs can use it.',
    ja: '問いから二ページの要約資料まで。問いの分解、根拠の表、反論を含む統合、ブリーフの四つのフェーズで進めます。各ステップの出力はスキーマで検証されるJSONで、ほかのプログラムからも使えます。',
  },
  system: {
    en: 'You are a careful analyst. You answer one question in four phases; a person reviews each. Separate what is given in the material, what is well-established knowledge, and what is assumed. You cannot look anything up unless search results are in the material: never invent sources, figures or quotations. Keep the ids of sub-questions (Q1, Q2 …) and claims (E1, E2 …) through all phases. Say “not known” where it is not known.',
    ja: 'あなたは慎重なアナリストです。一つの問いに四つのフェーズで答え、各フェーズを人が確認します。資料に与えられたこと、確立した知識、仮定を区別すること。資料に検索結果がない限り調べることはできません。出典、数値、引用を作り出さないこと。下位の問い(Q1、Q2…)と主張(E1、E2…)の番号は全フェーズで保つこと。分からないことは「不明」と書くこと。',
  },
  phases: [
    {
      key: 'question-decomposition',
      title: { en: 'Question decomposition', ja: '問いの分解' },
      steps: {
        THINK: {
          prompt: {
            en: 'Read the question as the person who has to act on the answer. State what is asked, what belongs to it and what does not, what you assume, and which findings would change the decision.',
            ja: '答えをもとに行動する人の立場で問いを読む。何が問われているか、含むものと含まないもの、置く仮定、どんな発見があれば判断が変わるかを述べる。',
          },
          outputSchema: scopePlan,
        },
        EXECUTE: {
          prompt: {
            en: 'Split the main question into sub-questions that do not overlap and that together answer it. Each must be answerable on its own. Note what depends on what, and which evidence would settle each.',
            ja: '主たる問いを、重ならず、合わせて答えになる下位の問いに分ける。それぞれ単独で答えられること。依存関係と、決着をつける根拠の種類を記す。',
          },
          outputSchema: questionTree,
        },
        INTEGRATE: {
          prompt: {
            en: 'Decide on the sub-questions to be answered, at most seven. Merge those that share their evidence, drop those whose answer changes nothing, and give each a priority and the form that a good answer has.',
            ja: '答えるべき下位の問いを七つまでに決める。根拠が同じものはまとめ、答えても何も変わらないものは外し、優先度とよい答えの形を添える。',
          },
          outputSchema: questionPlan,
        },
      },
    },
    {
      key: 'evidence-table',
      title: { en: 'Evidence table', ja: '根拠の表' },
      steps: {
        THINK: {
          prompt: {
            en: 'For each sub-question, plan where evidence for and against would be found and which error is common. Set the rules by which claims are weighed.',
            ja: '下位の問いごとに、賛成と反対の根拠がどこにあるか、よくある誤りは何かを計画する。主張を量る規則を定める。',
          },
          outputSchema: evidencePlan,
        },
        EXECUTE: {
          prompt: {
            en: 'Collect claims for every sub-question, at least one that speaks against the expected answer. One checkable statement a claim. Where the source is not in the material and you are not certain, the basis is "assumed" and the source "none". Name claims that contradict each other.',
            ja: 'すべての下位の問いについて主張を集める。予想される答えに反するものを必ず含める。一つの主張は確かめられる文一つ。資料になく確信もない場合、basisは"assumed"、sourceは"none"とする。互いに矛盾する主張を挙げる。',
          },
          outputSchema: evidenceCollection,
        },
        INTEGRATE: {
          prompt: {
            en: 'Make the evidence table that the synthesis relies on: the claims that matter, duplicates merged, conflicts settled by the rules or kept visible, the state of each sub-question, and what a person should verify.',
            ja: '統合のもとになる根拠の表を作る。重要な主張だけを残し、重複をまとめ、矛盾は規則で決着させるか見える形で残す。下位の問いごとの状態と、人が確かめるべきことを示す。',
          },
          outputSchema: evidenceTable,
        },
      },
    },
    {
      key: 'synthesis',
      title: { en: 'Synthesis', ja: '統合' },
      steps: {
        THINK: {
          prompt: {
            en: 'Before you conclude: set up two to four rival answers to the main question, each as its friends would argue it, and the tests that tell them apart.',
            ja: '結論の前に、主たる問いへの競合する答えを二から四、それぞれ支持者の論じ方で立て、見分けるための判定を定める。',
          },
          outputSchema: synthesisPlan,
        },
        EXECUTE: {
          prompt: {
            en: 'Answer every sub-question from the approved evidence, with the ids of the claims it rests on. Then make the strongest case against the answer that looks best, and say what would show it wrong.',
            ja: '承認された根拠から、すべての下位の問いに、依拠する主張の番号を添えて答える。次に、最もよさそうな答えへの最も強い反論を立て、何があれば誤りと分かるかを述べる。',
          },
          outputSchema: synthesisWork,
        },
        INTEGRATE: {
          prompt: {
            en: 'State the answer, how sure you are, the findings that carry it with their claims, the best counterargument and why it does not carry the day (or does), and what is uncertain with its effect.',
            ja: '答えとその確かさ、それを支える発見と主張の番号、最良の反論とそれが決め手にならない(またはなる)理由、不確かな点とその影響を述べる。',
          },
          outputSchema: synthesis,
        },
      },
    },
    {
      key: 'brief',
      title: { en: 'Brief', ja: 'ブリーフ' },
      steps: {
        THINK: {
          prompt: {
            en: 'Plan the brief for its reader: who they are, what they must decide, and the order of points, the answer first.',
            ja: '読み手のためにブリーフを計画する。誰が、何を決めるのか、そして答えを先頭に置いた論点の順序。',
          },
          outputSchema: briefPlan,
        },
        EXECUTE: {
          prompt: {
            en: 'Draft it: a title that says the answer, a bottom line, and the sections. Plain words, active sentences, no claim that the evidence table does not carry.',
            ja: '下書きを書く。答えを言う題、結論、各節。平易な言葉と能動的な文で、根拠の表にない主張は書かない。',
          },
          outputSchema: briefDraft,
        },
        INTEGRATE: {
          prompt: {
            en: 'Finish the brief: tighten the draft, add recommendations that follow from findings, say plainly what it does not know, and list what to verify before relying on it.',
            ja: 'ブリーフを仕上げる。下書きを引き締め、発見から導かれる提言を加え、分からないことを率直に述べ、頼る前に確かめるべきことを挙げる。',
          },
          outputSchema: brief,
        },
      },
    },
  ],
};
