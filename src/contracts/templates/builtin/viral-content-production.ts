import type { PhaseDefinition } from '../template.js';

export const contentProduction: PhaseDefinition = {
  key: 'content-production',
  title: { en: 'Content production', ja: 'コンテンツ制作' },
  instructions: {
    en: 'Purpose of this phase: the content itself, finished to the point where a person could record, set or post it without asking back. The approved concept sheet is binding.',
    ja: 'このフェーズの目的: コンテンツそのものを、聞き返さずに収録・組版・投稿できるところまで仕上げること。承認されたコンセプトシートに従う。',
  },
  steps: {
    THINK: {
      prompt: {
        en: `Plan the production. No finished text yet.

## Pieces and order
The pieces from the concept sheet, in the order of production, with the purpose of each and what “finished” means for it (length, parts, format).

## Skeleton of the main piece
Beat by beat: the job of the beat, the one idea in it, the transition to the next. Mark the beat most likely to lose people and how it is held.

## Material
Facts, examples, props, pictures and sounds that are needed; for each, whether it is [given], [known] or [assumed], and a way round if it is not to be had.

## Language rules
Words of this audience to use, words to avoid, reading level, how people are addressed.

## Checks before hand-in
A list of at most eight questions that you will put to your own draft (first line, concreteness, one idea per beat, guard rails, accessibility, claims, call to action, length).`,
        ja: `制作の計画を立てる。まだ完成文は書かない。

## 制作物と順序
コンセプトシートの制作物を作る順に。それぞれの役割と、「完成」の条件(長さ、構成、形式)。

## 主となる一点の骨組み
拍ごとに、その拍の仕事、そこに入れる考え一つ、次へのつなぎ。最も離脱されやすい拍に印を付け、つなぎ止め方を書く。

## 材料
必要な事実、例、小道具、画像、音。それぞれ[資料]・[既知]・[仮定]のどれか、手に入らない場合の代わり。

## 言葉の決まり
この読み手の言葉で使うもの、避けるもの、読みやすさの程度、呼びかけ方。

## 提出前の確認
自分の原稿に投げかける質問を八つまで(一行目、具体性、一拍一アイデア、守るべき線、見やすさ・聞きやすさ、主張の根拠、行動の促し、長さ)。`,
      },
    },
    EXECUTE: {
      prompt: {
        en: `Produce a full draft of every piece. Write the real words, not descriptions of them; where the team must fill something in, put it in square brackets with an example.

## Main piece
The complete script or text with all its beats. For video or audio: a table | Time | Picture | Spoken or on screen | Sound |. For text: the full text with its headline.

## Derived pieces
Each under a heading of its own, complete, adapted to its platform rather than cut down from the main piece.

## Titles and openings
Five alternatives for the title and five for the first line, each trying another device.

## Captions, tags, alternative text
Per platform: the caption, a handful of tags with a reason, and alternative text for every picture.

## Self-criticism
Go through the checks of the plan one by one: passed, or what is wrong and where.`,
        ja: `すべての制作物の完全な原稿を作る。説明ではなく、実際の言葉で書く。チームが埋める箇所は、例を添えて角括弧に入れる。

## 主となる一点
すべての拍を含む完全な台本または本文。映像・音声の場合は表で: | 時間 | 画 | 話す・表示する言葉 | 音 |。文章の場合は見出しを含む全文。

## 派生する制作物
それぞれ独立した見出しの下に完全な形で。主となるものの切り詰めではなく、プラットフォームに合わせて作り直す。

## 題と書き出し
題を五案、一行目を五案。それぞれ異なる仕掛けで。

## 説明文、タグ、代替テキスト
プラットフォームごとに、説明文、理由を添えた少数のタグ、すべての画像の代替テキスト。

## 自己批評
計画の確認項目を一つずつ。合格か、何がどこで足りないか。`,
      },
    },
    INTEGRATE: {
      prompt: {
        en: `Write the deliverable of this phase: the final content, with everything from your self-criticism repaired. Nothing but what goes out and what the team needs to make it.

## Main piece
The final version, complete, with the best title and opening chosen.

## Derived pieces
Final versions, complete.

## To post along with it
Caption, tags and alternative text per platform.

## Production sheet
People, places, props, recording and editing notes, and a realistic number of hours for each piece.

## Variants to test
Two openings and two titles to try against the chosen ones, and what each would teach us.

## To be checked before publication
Every claim marked [assumed], rights in pictures and sound, names and places, the guard rails of the concept: a list that can be ticked off.`,
        ja: `このフェーズの成果物として、自己批評の指摘をすべて直した最終コンテンツを書く。公開するものと、それを作るためにチームが必要とするもの以外は書かない。

## 主となる一点
最終版を完全な形で。最もよい題と書き出しを選んで。

## 派生する制作物
最終版を完全な形で。

## 添えるもの
プラットフォームごとの説明文、タグ、代替テキスト。

## 制作表
人、場所、小道具、収録と編集の注意、制作物ごとの現実的な所要時間。

## 試す変種
選んだものに対して試す書き出しを二つ、題を二つ。それぞれから何が分かるか。

## 公開前の確認
[仮定]の付いたすべての主張、画像と音の権利、人名と地名、コンセプトで定めた線。印を付けられる一覧で。`,
      },
    },
  },
};
