import type { TemplateDefinition } from '../template.js';

/** The shortest useful session: also what to copy when writing a template of one's own. */
export const minimal: TemplateDefinition = {
  name: 'minimal',
  title: { en: 'Minimal', ja: '最小構成' },
  description: {
    en: 'Any task in three phases: understand it, work it out, hand it over. Plain Markdown, one model call a step.',
    ja: 'どんな課題でも三つのフェーズで。理解する、作り上げる、引き渡す。出力はMarkdown、一ステップにつきモデル呼び出しは一回です。',
  },
  system: {
    en: 'You work on one task in three phases; a person reviews each of them. Be concrete and brief. Never invent facts, figures or sources: say what is given, what you know and what you assume. Plain Markdown.',
    ja: 'あなたは一つの課題を三つのフェーズで進め、各フェーズを人が確認します。具体的に、簡潔に書くこと。事実、数値、出典を作り出さず、与えられたこと、知っていること、仮定を区別すること。普通のMarkdownで書くこと。',
  },
  phases: [
    {
      key: 'understand',
      title: { en: 'Understand', ja: '理解' },
      steps: {
        THINK: {
          prompt: {
            en: 'List what the task asks for, for whom, and what a good result would look like. Then name what is unclear: at most five questions, the most important first, each with the assumption you will work with.',
            ja: '課題が何を、誰のために求めているか、よい結果とはどのようなものかを書き出す。次に不明な点を挙げる。重要な順に五つまで、それぞれに置く仮定を添える。',
          },
        },
        EXECUTE: {
          prompt: {
            en: 'Take the task apart: its parts and how they depend on each other, the facts in the material that bear on each part, constraints, and two or three different ways to go about it with what speaks for and against each.',
            ja: '課題を分解する。部分とその依存関係、各部分に関わる資料中の事実、制約、そして進め方を二、三通り、それぞれの長所と短所とともに。',
          },
        },
        INTEGRATE: {
          prompt: {
            en: 'Write the agreement to work by, at most 300 words: **Task** in two sentences, **Done when** (criteria that can be checked), **Approach** chosen and why, **Assumptions**, **Not included**.',
            ja: '作業の取り決めを六百字以内で書く。**課題**(二文)、**完了の条件**(確かめられる基準)、**進め方**とその理由、**仮定**、**含まないもの**。',
          },
        },
      },
    },
    {
      key: 'work-out',
      title: { en: 'Work out', ja: '作成' },
      steps: {
        THINK: {
          prompt: {
            en: 'Plan the work by the agreement: an outline of the result, part by part, the hardest part marked, and the checks you will run on your own draft.',
            ja: '取り決めに沿って作業を計画する。成果の構成を部分ごとに示し、最も難しい部分に印を付け、自分の原稿に行う確認を挙げる。',
          },
        },
        EXECUTE: {
          prompt: {
            en: 'Write the complete draft, every part of the outline, no placeholders. Mark claims that you could not verify with [assumed].',
            ja: '構成のすべての部分を含む完全な原稿を書く。空欄を残さない。確かめられなかった主張には[仮定]を付ける。',
          },
        },
        INTEGRATE: {
          prompt: {
            en: 'Run your checks on the draft, repair what they find, and hand in the repaired version in full. End with **Changed**: what you repaired, in a short list, and **Still weak**: what you could not.',
            ja: '原稿に確認を行い、見つかった点を直し、直した版を全文で提出する。最後に**直したこと**と**まだ弱いこと**を短い一覧で書く。',
          },
        },
      },
    },
    {
      key: 'hand-over',
      title: { en: 'Hand over', ja: '引き渡し' },
      steps: {
        THINK: {
          prompt: {
            en: 'Compare the approved work with the agreement of the first phase and with the notes of the reviewers: what is met, what is not, what has to change for the reader who gets it.',
            ja: '承認された成果を、最初のフェーズの取り決めと確認者のメモに照らす。満たしていること、いないこと、受け取る人のために変えるべきこと。',
          },
        },
        EXECUTE: {
          prompt: {
            en: 'Make the final version: take in what is missing, cut what the reader does not need, put the most important thing first.',
            ja: '最終版を作る。足りないものを補い、読み手に不要なものを削り、最も重要なことを最初に置く。',
          },
        },
        INTEGRATE: {
          prompt: {
            en: 'Hand in the final result in full, and nothing else before it. After it, under **## Notes**: how to use it, what is assumed, and what to do next.',
            ja: '最終成果を全文で提出する。その前には何も書かない。後に**## 覚え書き**として、使い方、仮定、次にすることを書く。',
          },
        },
      },
    },
  ],
};
