import type { PhaseDefinition } from '../template.js';

export const opportunityEvaluation: PhaseDefinition = {
  key: 'opportunity-evaluation',
  title: { en: 'Opportunity evaluation', ja: '機会評価' },
  instructions: {
    en: 'Purpose of this phase: from the approved trends to one opportunity worth the effort, and a runner-up, with reasons that a sceptic could follow. An opportunity is a trend, an audience and a gap that we can fill.',
    ja: 'このフェーズの目的: 承認されたトレンドから、取り組む価値のある機会を一つと次点を一つ、懐疑的な人でもたどれる理由とともに選ぶこと。機会とは、トレンドと、読み手と、自分たちが埋められる隙間の組み合わせである。',
  },
  steps: {
    THINK: {
      prompt: {
        en: `Plan the evaluation. Do not choose yet.

## Candidates
From the trend list, form five to seven opportunities: trend × audience × gap, each in one sentence of the form “<audience> get <what they miss> through <trend>”.

## Criteria and weights
Five to six criteria with weights that add up to 100. Among them: demand, how crowded it is, effort and skill it takes, fit with the aim behind the topic, risk to trust, time until the window closes. For each, what a 1, a 3 and a 5 look like in this case.

## What would rule one out
Hard limits (law, platform rules, budget, taste) that no score can outweigh.

## Where the marks may be wrong
The two criteria you can judge least from here, and what the team could look up to judge them better.`,
        ja: `評価の計画を立てる。まだ選ばない。

## 候補
トレンド一覧から五から七の機会を作る。トレンド×読み手×隙間を、「<読み手>が<トレンド>を通じて<今欠けているもの>を得る」という一文で。

## 基準と重み
合計が100になる重みを付けた基準を五、六。需要、混み具合、必要な労力と技能、テーマの目的との適合、信頼への危険、機会が閉じるまでの時間を含める。それぞれ、今回の場合に1点・3点・5点がどういう状態かを書く。

## 失格の条件
点数では覆らない限界(法律、プラットフォームの規約、予算、品位)。

## 採点が外れそうなところ
ここから最も判断しにくい基準を二つと、よりよく判断するためにチームが調べられること。`,
      },
    },
    EXECUTE: {
      prompt: {
        en: `Carry out the evaluation.

## Marks
A table of all candidates against all criteria (1–5), the weighted sum in the last column. Compute it carefully; show one line of the arithmetic.

## Reasons
For each candidate three short points: the strongest argument for it, the strongest against it, and the assumption everything hangs on. No point may be a repetition of the mark in words.

## Head to head
The best two against each other: where the second is better, who would prefer it, and what would turn the order round.

## Pre-mortem
It is three months later and the first choice has failed. The four likeliest reasons, most likely first, each with an early sign and what could be done about it now.

## Sensitivity
What happens to the order when the two least certain criteria are marked one point lower for the winner? State the new sums.`,
        ja: `評価を実行する。

## 採点
すべての候補をすべての基準で(1–5)採点した表。最後の列に重み付きの合計。丁寧に計算し、計算を一行分示す。

## 理由
候補ごとに短く三点: 最も強い賛成の論拠、最も強い反対の論拠、すべてが懸かる仮定。点数を言葉で繰り返すだけの項目は書かない。

## 一騎打ち
上位二つの比較。次点のほうが優れている点、次点を選びそうな人、順位が入れ替わる条件。

## 事前検死
三か月後、第一候補は失敗した。ありそうな理由を順に四つ。それぞれに早期の兆しと、今できる手当てを添える。

## 感度
最も不確かな二つの基準で第一候補を一点ずつ下げると、順位はどうなるか。新しい合計を示す。`,
      },
    },
    INTEGRATE: {
      prompt: {
        en: `Write the deliverable of this phase: a decision paper for the reviewer. At most 700 words.

## Recommendation
The chosen opportunity in one sentence (audience, what they get, through which trend), then why, in three sentences.

## Marks at a glance
The table of the best four with their weighted sums.

## Who it is for
The audience as one person: their situation, the moment at which our content meets them, what they believe before, what they should think, feel and do after.

## The gap
What is already there and what it leaves out. What we have to say or show that fills it.

## Risks and guard rails
The three main risks, each with the guard rail that the next phases must keep to.

## Runner-up
One paragraph, and the sign at which we should switch to it.

## Open decisions
What the reviewer should confirm or change before a concept is made, as questions with a proposed answer.`,
        ja: `このフェーズの成果物として、確認者のための意思決定資料を書く。千六百字以内。

## 推奨
選んだ機会を一文で(誰が、何を、どのトレンドを通じて得るか)。続けて理由を三文で。

## 採点の要約
上位四つの表と重み付きの合計。

## 誰のためか
読み手を一人の人物として描く。状況、このコンテンツに出会う瞬間、見る前に信じていること、見た後に考え、感じ、行ってほしいこと。

## 隙間
すでにあるものと、そこに欠けているもの。それを埋めるために自分たちが言えること、見せられること。

## 危険と守るべき線
主な危険を三つ、それぞれに後のフェーズが守るべき線を。

## 次点
一段落で。どんな兆しがあれば切り替えるか。

## 確認したい判断
コンセプトを作る前に確認者が決める、または変えるべきことを、提案する答えを添えた質問の形で。`,
      },
    },
  },
};
