import { fromEarlier, fromTopic, type Angle } from './candidates.js';
import { concept, production, strategy } from './japanese-making.js';
import type { OfflineLexicon, PhaseScript } from './script.js';

const angles: readonly Angle[] = [
  [(term) => `はじめての${term}`, '初心者がすぐ真似でき、次の人へ送りたくなる'],
  [(term) => `${term}の舞台裏`, '普段は見えないものは人に話したくなる'],
  [(term) => `${term}でやりがちな五つの失敗`, '自分も経験した失敗は最も強い入口になる'],
  [(term) => `${term}のビフォー・アフター`, '音がなくても二秒で変化が伝わる'],
  [(term) => `低予算で始める${term}`, '「お金がない」という最初の言い訳を取り除く'],
  [(term) => `誰も教えてくれない${term}の話`, '開いたままの問いが最後まで見せる'],
  [(term) => `${term}と過ごす一日`, '時間の流れがそのまま構成になる'],
  [(term) => `${term}といつもの方法を比べる`, '比較はコメント欄で立場を語らせる'],
  [(term) => `数字で見る${term}`, '意外な数字は一つだけで引用される'],
  [(term) => `三十秒でわかる${term}`, '短く完結していて二度見やすい'],
  [(term) => `地元の人の${term}`, '地域が自分ごととして広めてくれる'],
  [(term) => `${term}のこれから`, '見通しは後から答え合わせの続編が作れる'],
];

const formerMark = (score: number): string => `(前段階の評点 ${score})`;

const trends: PhaseScript = {
  goal: (m) =>
    `「${m.subject}」の周りで動いている話題を集め、詳しく見る価値のあるものと、ただ騒がしいものを分ける。`,
  questions: (m) => [
    `${m.terms[0]}について自発的に語っているのは誰で、どこで語られているか。`,
    '広がりやすい形は何か。短い動画、文字入り画像、連投、長い記事のどれか。',
    `${m.terms.at(-1)}のどこに、書き込みたくなるほどの不満があるか。`,
    '一年前に話題で今は消えたものは何か。なぜ消えたか。',
  ],
  plan: (m) => [
    `「${m.subject}」を要素に分ける。${m.terms.join('、')}。`,
    '要素ごとに、繰り返される質問、不満、冗談を書き出す。',
    '拡散力、持続性、適合性で採点し、上位六つを残す。',
    'それぞれについて、何が見つかれば誤りと言えるかを添える。',
  ],
  criteria: ['拡散力', '持続性', '適合性'],
  candidates: (m) => fromTopic(m, angles, 6),
  workedOut: (m, best, second) =>
    [
      `総合点が最も高いのは**${best}**。${m.terms[0]}に実際に向き合う人の側から語れる点が強い。`,
      `次点は**${second}**。勢いでは劣るが古びにくく、連載にできる。`,
      '',
      '頼る前に確かめたい兆し。',
      '- 無関係な人たちから同じ質問が一週間のうちに出ている',
      '- 大きなアカウントだけでなく、小さなアカウントにも同じ形式の模倣がある',
      '- 一言ではなく、自分の体験を語るコメントが付いている',
    ].join('\n'),
  decision: (m, best) => `「${m.subject}」の主軸となるトレンドは**${best}**とし、次の二つを予備として残す。`,
  nextSteps: () => [
    '主軸のトレンドを、直近三十日の実際の投稿十件と照らし合わせる。',
    '各投稿の最初の三秒、長さ、最も支持されたコメントを記録する。',
    '一つのアカウントだけに支えられているものは外す。',
  ],
  followUps: (m) => [
    `${m.terms[0]}に結びつく日付や季節はあるか。`,
    'このうち、触れてはならないものはどれか。',
  ],
};

const opportunities: PhaseScript = {
  goal: (m) => `「${m.subject}」のトレンドを互いに比べ、手間をかける価値のある機会を一つ見つける。`,
  questions: () => [
    'すでにうまくやっている人はどれだけいて、何が抜けているか。',
    '最初の試みに何日、いくらかかるか。',
    '最悪の場合に何が起き、それは取り消せるか。',
  ],
  plan: (m) => [
    m.carried.length > 0
      ? `前の段階の${m.carried.length}件の結果を引き継ぐ。`
      : 'トピックから読み取れる候補を使う。',
    '需要、競合の少なさ、手間の少なさで採点する(いずれも高いほどよい)。',
    '点数は理由を隠すので、上位二つは言葉でも比べる。',
    '判断が依存している前提を一つ書き出す。',
  ],
  criteria: ['需要', '競合の少なさ', '手間の少なさ'],
  candidates: (m) =>
    fromEarlier(
      m,
      [
        '求める声に対して、きちんと答えているものが少ない',
        '一週間以内に試せる',
        '混み合っているが、この語り口の先行者はいない',
        '協力者が必要だが、真似されにくい',
        '小さくても行動につながる層がいる',
      ],
      formerMark,
    ) ?? fromTopic(m, angles, 5),
  workedOut: (m, best, second) =>
    [
      `| | ${best} | ${second} |`,
      '|---|---|---|',
      `| 利点 | ${m.terms[0]}について毎日出る質問に答えられる | 手元にあるもので作れる |`,
      '| 懸念 | 数週間で追随される可能性がある | 届く層が小さい |',
      '| 最初の証拠 | 二日で自発的な保存が二十件 | 続きを求める人が五人 |',
      '| 戻り方 | 取り下げて学びだけを残す | 記事に作り替える |',
    ].join('\n'),
  decision: (_, best) => `最も有望な機会は**${best}**。評点で先行し、失敗した場合の損失も小さい。`,
  nextSteps: (_, best) => [
    `「${best}」は誰のためのものかを一文で書く。`,
    '何をもって成功とするかを、作り始める前に決める。',
    '届かなかった場合に備え、次点の機会を残しておく。',
  ],
  followUps: () => ['公開前に誰の合意が必要か。', '出典が必要な主張はどれか。'],
};

const generic: PhaseScript = {
  goal: (m) =>
    `「${m.subject}」${m.phaseTitle === '' ? '' : `(${m.phaseTitle})`}に、後から確かめられる形で取り組む。`,
  questions: (m) => [
    `ここでいう${m.terms[0]}とは、正確には何か。`,
    '結果を使うのは誰で、何を決めるためか。',
    `${m.terms.at(-1)}が問題にならないのは、どのような場合か。`,
  ],
  plan: (m) => [
    `要素に分ける。${m.terms.join('、')}。`,
    '要素ごとに、わかっていること、仮定、未解決の点を書く。',
    '選択肢を同じ三つの基準で比べる。',
    '結論を出し、それを変えうるものを挙げる。',
  ],
  criteria: ['効果', '確かさ', '手間の少なさ'],
  candidates: (m) =>
    fromEarlier(
      m,
      ['問いの大部分を担う', '早く決着がつく', '後戻りしにくいので先に扱う', 'ほかの結果に左右される'],
      formerMark,
    ) ?? fromTopic(m, angles, 5),
  workedOut: (m, best, second) =>
    [
      `${m.terms[0]}に関する問いの大部分は**${best}**が担い、**${second}**は単独で決着できる。`,
      '',
      '- わかっていること:トピックに書かれた内容と、前の段階で固まった内容。',
      '- 仮定:要素を別々に判断できること。',
      `- 未解決:${m.terms.at(-1)}に関する数値。この文章の外の出典が必要になる。`,
    ].join('\n'),
  decision: (m, best) =>
    `「${m.subject}」では、まず**${best}**に着手する。残りはそこから導かれるか、後でよい。`,
  nextSteps: () => [
    '最も重要な点について、独立した出典を二つ探す。',
    '結果を使う人に、この基準でよいかを確かめる。',
    '結論を覆しうる事実を一つ書き出す。',
  ],
  followUps: (m) => [
    `${m.terms[0]}について、そもそも入手できる数値は何か。`,
    '粗い答えのほうが価値を持つ期限はいつか。',
  ],
};

export const japanese: OfflineLexicon = {
  notice:
    '> **オフラインモデル**(offline model)が、トピックと前段階の成果から規則に従って組み立てた文章です。調査ではなく、評点は例示です。',
  headings: {
    goal: '目的',
    known: 'わかっていること',
    notes: '反映したレビューの指摘',
    questions: '問い',
    plan: '進め方',
    criteria: '評価基準',
    candidates: '候補と評点',
    comparison: '比較',
    material: '具体化',
    result: '結果',
    ranking: '順位',
    decision: '判断',
    nextSteps: '次の一歩',
    followUps: '残る問い',
  },
  columns: { name: '候補', why: '理由', score: '総合' },
  known: (m) => [
    `トピックの主な要素:${m.terms.join('、')}。`,
    ...(m.earlierTitles.length === 0 ? [] : [`承認済みの段階:${m.earlierTitles.join('、')}。`]),
    ...(m.carried.length === 0 ? [] : [`引き継いだもの:${m.carried.map((item) => item.name).join('、')}。`]),
  ],
  noteTaken: (note) => `「${note}」を、以下の選択と順序に反映した。`,
  criterion: (name) => `${name}:一から十までの評点、高いほどよい`,
  comparison: ({ first, second, criterion, lead }) =>
    `**${first}**と**${second}**の差が最も大きいのは「${criterion}」で、${lead}が先行している。`,
  result: (m, best) =>
    `「${m.subject}」について、この段階${m.phaseTitle === '' ? '' : `(${m.phaseTitle})`}の第一位は**${best}**。`,
  scripts: { trends, opportunities, concept, production, strategy, generic },
};
