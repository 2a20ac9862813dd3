import type { PhaseDefinition } from '../template.js';

export const trendCollection: PhaseDefinition = {
  key: 'trend-collection',
  title: { en: 'Trend collection', ja: 'トレンド収集' },
  instructions: {
    en: 'Purpose of this phase: a short, honest list of what is moving around the topic, each entry with the reason people pass it on. Later phases choose from this list only, so breadth comes before depth here.',
    ja: 'このフェーズの目的: テーマの周辺で今動いているものを、人が広めたくなる理由とともに、短く正直な一覧にすること。後のフェーズはこの一覧からだけ選ぶため、ここでは深さより広さを優先する。',
  },
  steps: {
    THINK: {
      prompt: {
        en: `Plan the collection. Do not list trends yet.

## Reading of the topic
What is asked for, for whom, in which market and language, and towards which end. Two or three sentences. Where the topic leaves it open, choose the likeliest reading and say that it is a choice.

## Audience
Two or three groups who would care. For each: the situation they are in, what they want to be seen as when they share something, and what makes them scroll past.

## Where to look
Six to eight angles, at least one from each family: everyday friction, formats and sounds of the platforms, communities and their in-jokes, seasons and events, news and regulation, neighbouring fields that ours could borrow from.

## Criteria
What counts as a trend here rather than noise: at most five tests that can be answered yes or no, among them one for staying power (will it still be alive when our content is out?) and one for fit.

## Questions
Up to five questions whose answers would change the collection most, the most important first. Behind each, the assumption you work with until somebody answers.`,
        ja: `収集の計画を立てる。まだトレンドは挙げない。

## テーマの読み取り
何を、誰に、どの市場と言語で、何のために求められているか。二、三文で。テーマから決められない点は最もありそうな読み方を選び、選択であることを明記する。

## 読み手
関心を持ちそうな集団を二、三。それぞれについて、置かれている状況、何かを共有するときにどう見られたいか、何なら素通りするか。

## 探す場所
六から八の切り口。次の系統から少なくとも一つずつ: 日常の不便、各プラットフォームの形式や音源、コミュニティと内輪ネタ、季節と行事、ニュースと制度、借りてこられる隣接分野。

## 基準
ここで「トレンド」とみなし、雑音と区別するための、はい・いいえで答えられる判定を五つまで。持続性(公開時にまだ生きているか)と適合性を必ず含める。

## 質問
答え次第で収集が最も大きく変わる質問を、重要な順に五つまで。それぞれに、答えが出るまで置く仮定を添える。`,
      },
    },
    EXECUTE: {
      prompt: {
        en: `Carry out the plan: collect. Aim for ten to fourteen candidates over all the angles, including two that are small but growing and one that most teams would overlook.

For each candidate use this shape:

### <Name in at most six words>
- **What is moving:** the behaviour or format you could point at, in one or two sentences, with [given], [known] or [assumed].
- **Why it is passed on:** the feeling or the social gain, in one sentence (being useful, being first, belonging, surprise, relief, pride, harmless outrage …).
- **Where and how:** platform and form, typical length, what happens in the first three seconds or the first line.
- **Staying power:** days, weeks or months, and what would end it.
- **Tests passed:** which of the criteria it meets and which it does not.
- **How to check:** one search or one place where the team can see in ten minutes whether it is real.

Then, under **## Left out**, name three things that look like trends but are not, one line each on why.`,
        ja: `計画を実行し、収集する。すべての切り口から合わせて十から十四の候補を挙げる。小さいが伸びているものを二つ、多くのチームが見落とすものを一つ含める。

各候補は次の形で書く:

### <十五字程度の名前>
- **何が動いているか:** 指し示せる行動や形式を一、二文で。[資料]・[既知]・[仮定]を付ける。
- **なぜ広まるか:** 感情や社会的な得を一文で(役に立つ、先取りする、仲間である、驚き、安心、誇り、害のない憤りなど)。
- **場所と形:** プラットフォームと形式、典型的な長さ、最初の三秒または一行目で起きること。
- **持続性:** 日・週・月のどれか、そして何があれば終わるか。
- **満たす基準:** どの判定を満たし、どれを満たさないか。
- **確かめ方:** チームが十分で実在を確認できる検索語か場所を一つ。

最後に **## 外したもの** として、トレンドに見えて違うものを三つ、理由を一行ずつ。`,
      },
    },
    INTEGRATE: {
      prompt: {
        en: `Write the deliverable of this phase: the trend list that the next phases choose from. At most 900 words. Merge candidates that are the same movement; drop those that fail the criteria.

## In short
Three sentences: what is moving, which current underlies most of it, and what surprised you.

## Trends
A table with the six to eight best, strongest first: | # | Trend | Why it is passed on | Where and form | Staying power | Fit (1–5) | Evidence |. In the last column stands [given], [known] or [assumed].

## The top three
For each, one paragraph: what our topic could do with it that others cannot, and the one observation that would make us drop it.

## Patterns
Two to four things that several trends have in common (a feeling, a form, a moment of the day) and that a concept can be built on.

## To be checked by the team
Every [assumed] that the top three rest on, as a list of quick checks.`,
        ja: `このフェーズの成果物として、次のフェーズが選ぶもとになるトレンド一覧を書く。二千字以内。同じ動きの候補はまとめ、基準を満たさないものは外す。

## 要点
三文で。何が動いているか、その多くの底にある流れは何か、意外だったことは何か。

## トレンド
有力な順に六から八を表にする: | # | トレンド | 広まる理由 | 場所と形式 | 持続性 | 適合度(1–5) | 根拠 |。最後の列には[資料]・[既知]・[仮定]のいずれかを書く。

## 上位三つ
それぞれ一段落で。このテーマだからこそできること、そしてどんな観察があれば外すか。

## 共通する型
複数のトレンドに共通し、コンセプトの土台になるものを二から四(感情、形式、時間帯など)。

## チームが確認すること
上位三つが依拠する[仮定]をすべて、すぐできる確認の一覧として。`,
      },
    },
  },
};
