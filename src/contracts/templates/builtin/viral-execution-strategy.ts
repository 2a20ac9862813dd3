import type { PhaseDefinition } from '../template.js';

export const executionStrategy: PhaseDefinition = {
  key: 'execution-strategy',
  title: { en: 'Execution strategy', ja: '実行戦略' },
  instructions: {
    en: 'Purpose of this phase: a plan by which a small team brings the finished content out, sees early whether it works, and knows beforehand what it will do then. It ends the work, so it must stand on its own.',
    ja: 'このフェーズの目的: 少人数のチームが完成したコンテンツを世に出し、うまくいっているかを早く見分け、その場合にどうするかを前もって決めておく計画を作ること。これで作業が終わるため、これだけ読めば分かるものにする。',
  },
  steps: {
    THINK: {
      prompt: {
        en: `Plan the strategy. No calendar yet.

## Aim and measure
The aim behind the topic, one number that shows whether it is reached, and two numbers that show early whether we are on the way. Say how each is read off and why likes or views alone would mislead here.

## First audience
The few hundred people who should see it first, where they are, and what we can honestly offer them.

## Routes
Own channels, communities, people with reach, press, paid, search: for each, what it would take, what it brings here and whether we use it.

## Constraints
Time, money, people, platform rules, seasons. Mark what is [given] and what is [assumed].

## Scenarios
Three courses the first 72 hours may take (silent, solid, runaway) and the question each puts to the team.`,
        ja: `戦略の計画を立てる。まだ日程は書かない。

## 目的と指標
テーマの目的、達成を示す数値一つ、早い段階で見通しを示す数値二つ。それぞれの読み取り方と、ここで「いいね」や再生数だけでは誤る理由。

## 最初の読み手
最初に見てほしい数百人。どこにいて、正直に何を差し出せるか。

## 経路
自社チャンネル、コミュニティ、発信力のある人、報道、広告、検索。それぞれに必要なこと、ここで得られるもの、使うかどうか。

## 制約
時間、予算、人、規約、季節。[資料]か[仮定]かを記す。

## 場合分け
最初の七十二時間の三つの展開(無風、堅調、急拡大)と、それぞれがチームに突き付ける問い。`,
      },
    },
    EXECUTE: {
      prompt: {
        en: `Work the strategy out.

## Calendar
A table from ten days before to three weeks after publication: | Day | What | Piece | Channel | Who | Done when |. Days relative to publication (D−10 … D+21), roles instead of names.

## First 24 hours
Hour by hour: posting, first comments, replies, what is watched and by whom. Include six ready replies: two to praise, two to fair criticism, one to a wrong claim, one to an attack.

## Approaches
Three messages word for word: to a community, to a person with reach, to a journalist. Short, honest about who we are, with a reason for them.

## Measuring
A table: | Number | Where it is read | When | Good | Middling | Bad |. Thresholds are [assumed] unless the material holds former figures; say how to set them from the team's own.

## Decisions made beforehand
If this, then that: at least six, for silence, for a runaway, for a mistake of ours, for a pile-on, for a copycat, for a success in another audience than planned.

## Cost
Hours and money in three lines: least, planned, most.`,
        ja: `戦略を具体化する。

## 日程
公開十日前から三週間後までの表: | 日 | すること | 制作物 | 経路 | 担当 | 完了の条件 |。日は公開日からの相対(D−10 … D+21)、担当は名前でなく役割で。

## 最初の二十四時間
時間ごとに。投稿、最初のコメント、返信、誰が何を見るか。用意しておく返信を六つ: 称賛に二つ、もっともな批判に二つ、誤った主張に一つ、攻撃に一つ。

## 声のかけ方
文面をそのままの言葉で三つ: コミュニティへ、発信力のある人へ、記者へ。短く、自分たちが誰かを正直に、相手にとっての理由を添えて。

## 測定
表で: | 数値 | どこで見るか | いつ | 良い | 普通 | 悪い |。資料に過去の数値がない限り、しきい値は[仮定]とし、チーム自身の数値からの決め方を書く。

## 前もって決めておくこと
「こうなったら、こうする」を六つ以上: 無風、急拡大、自分たちの誤り、炎上、模倣、想定と違う層での成功。

## 費用
時間と金額を三行で: 最小、計画、最大。`,
      },
    },
    INTEGRATE: {
      prompt: {
        en: `Write the deliverable of this phase: the plan that the team works from. It is read by people who have seen nothing else of this work. At most 1,000 words plus tables.

## In short
Five sentences: what goes out, to whom, why it should travel, what is measured, what it costs.

## Checklist before publication
What must be true on D−1, as a list to tick off, including the checks left open by earlier phases.

## Calendar
The table, cut down to what the team will really do.

## The first 24 hours
Who does what, with the ready replies.

## Measure and decide
The numbers with their thresholds, and the decisions made beforehand, in one table: | Sign | By when | Decision | Who decides |.

## Risks
The three that remain, each with an owner (a role) and the first step if it happens.

## After three weeks
How to tell whether to repeat, change or stop, and what to write down for the next time.`,
        ja: `このフェーズの成果物として、チームがそのまま使う計画書を書く。この作業のほかの部分を見ていない人が読む。表を除いて二千二百字以内。

## 要点
五文で。何を、誰に出すか、なぜ広まるはずか、何を測るか、いくらかかるか。

## 公開前の確認一覧
D−1に満たされているべきことを、印を付けられる一覧で。前のフェーズで残った確認も含める。

## 日程
チームが実際に行うものだけに絞った表。

## 最初の二十四時間
誰が何をするか。用意した返信を含めて。

## 測って決める
数値としきい値、前もって決めたことを一つの表に: | 兆し | いつまでに | 決めること | 決める人 |。

## 残る危険
三つ。それぞれに担当(役割)と、起きたときの最初の一手。

## 三週間後
続けるか、変えるか、やめるかの見分け方と、次のために書き残すこと。`,
      },
    },
  },
};
