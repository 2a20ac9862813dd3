import type { PhaseDefinition } from '../template.js';

export const conceptCreation: PhaseDefinition = {
  key: 'concept-creation',
  title: { en: 'Concept creation', ja: 'コンセプト創出' },
  instructions: {
    en: 'Purpose of this phase: one concept that a stranger could retell in a sentence, with a hook, a form and a reason to pass it on. Quantity first, then a hard choice.',
    ja: 'このフェーズの目的: 初めて聞いた人が一文で言い直せるコンセプトを一つ、引きつけ方、形式、広めたくなる理由とともに作ること。まず量を出し、次に厳しく選ぶ。',
  },
  steps: {
    THINK: {
      prompt: {
        en: `Plan the concept work. No concepts yet.

## Brief to ourselves
The chosen opportunity in one sentence, the single thing people should remember, and the single thing they should do.

## Tension
The contradiction or the open question in the audience's life that the content can hold up: “they want …, but …”. Three versions; mark the strongest.

## Levers
Which three or four reasons to pass something on we use (from the approved phases), and for each a device that produces it: reveal, comparison, challenge, list to argue about, tool, story with a turn, confession, prediction.

## Frame
Platform and form, length, tone in three adjectives and their opposites (“dry, not cold”), what we never do, and what the guard rails of the evaluation forbid.

## How we shall choose
Four tests for a concept, each answerable by somebody who has never heard of it.`,
        ja: `コンセプト作りの計画を立てる。まだ案は出さない。

## 自分たちへの依頼文
選んだ機会を一文で。覚えてほしいこと一つと、してほしいこと一つ。

## 緊張
読み手の生活にある矛盾や未解決の問いで、コンテンツが掲げられるもの。「…したい、しかし…」の形で三つ、最も強いものに印を付ける。

## てこ
承認済みのフェーズから、広めたくなる理由を三、四選ぶ。それぞれに、それを生む仕掛けを: 種明かし、比較、挑戦、議論を呼ぶ一覧、道具、転換のある物語、告白、予測。

## 枠
プラットフォームと形式、長さ、調子を三つの形容詞とその反対で(「淡々と、しかし冷たくなく」)、決してしないこと、評価で定めた線が禁じること。

## 選び方
コンセプトを見分ける判定を四つ。どれも、初めて聞いた人が答えられるものにする。`,
      },
    },
    EXECUTE: {
      prompt: {
        en: `Create. First eight concepts that differ in device, not only in wording; at least two of them should feel slightly too bold.

For each:

### <Working title>
- **In one sentence:** as a friend would retell it.
- **Hook:** the first line or the first three seconds, word for word.
- **Then:** what happens, in three beats.
- **Why pass it on:** what the person who shares it says about themselves.
- **Weak spot:** the first thing a critic would say.

Then **## Test**: a table of the eight against the four tests (yes / no / unsure), with one honest remark each.

Then **## Worked out**: the best two in 150–200 words each — the complete course from first to last second or line, what is seen, heard and read, and the moment at which somebody would press “share”.`,
        ja: `創る。まず、言い回しではなく仕掛けの異なるコンセプトを八つ。少なくとも二つは、少し大胆すぎると感じるものにする。

それぞれ:

### <仮題>
- **一文で:** 友人が話すような言い方で。
- **引き:** 一行目または最初の三秒を、そのままの言葉で。
- **展開:** 何が起きるかを三拍で。
- **広める理由:** 共有する人が自分について何を語ることになるか。
- **弱点:** 批判する人が最初に言うこと。

次に **## 判定** として、八つを四つの判定(はい・いいえ・不明)で表にし、正直な一言を添える。

最後に **## 肉付け** として、上位二つをそれぞれ三百から四百字で。最初の一秒・一行から最後まで、見えるもの、聞こえるもの、読まれるもの、そして「共有」が押される瞬間を書く。`,
      },
    },
    INTEGRATE: {
      prompt: {
        en: `Write the deliverable of this phase: the concept sheet from which content is produced. At most 700 words. Decide; do not offer a menu.

## The concept
Title, and the one sentence in which it is retold.

## Hook
Three versions of the opening, word for word, the preferred one first.

## Course
The beats in order, each with what is seen or read, what the audience feels, and roughly how long it lasts.

## Why people pass it on
The main lever, the moment in the course where it acts, and the words with which somebody would forward it.

## Voice and look
Tone with two example sentences in it and one that would be out of tone. Visual or typographic idea, feasible with a small team.

## Pieces
What is to be produced: the main piece and two to four derived ones (platform, form, length, purpose).

## Guard rails
What must not be said or shown, and claims that need a check before production.

## Runner-up
One sentence on the second concept, and what of it could be kept.`,
        ja: `このフェーズの成果物として、制作のもとになるコンセプトシートを書く。千六百字以内。決めること。選択肢を並べない。

## コンセプト
題と、言い直されるときの一文。

## 引き
冒頭を三通り、そのままの言葉で。最もよいものを先に。

## 流れ
拍ごとに、見えるもの・読まれるもの、読み手の感情、おおよその長さ。

## 広まる理由
主となるてこ、それが働く瞬間、転送する人が添える言葉。

## 声と見た目
調子を、合う例文二つと合わない例文一つで。少人数で実現できる映像または文字の工夫。

## 制作物
主となる一点と、派生させる二から四点(プラットフォーム、形式、長さ、役割)。

## 守るべき線
言ってはならないこと、見せてはならないこと、制作前に確認が要る主張。

## 次点
二番目のコンセプトを一文で。そこから残せるもの。`,
      },
    },
  },
};
