import type { sql as english } from '../en/sql';

export const sql: typeof english = {
  sql: {
    statement: 'SQL 文',
    source: 'データソース',
    tables: 'テーブル',
    noTables: 'テーブルがありません',
    history: '履歴',
    result: '結果',
    run: '実行',
    rows: '行',
    size: 'サイズ',
    restsOn: '根拠',
    muchData: 'データが多い問い合わせです',
    runAnyway: '実行する',
    remember: '今日はこの種の文について再び確認しない',
    cached: '以前の実行から',
    goTo: '行へ移動',
    queuePlace: (place) => `待ち行列の ${place} 番目`,
    waitsFor: (what) => `${what} を待っています`,
    bases: {
      none: 'まだ何もありません',
      plan: 'データベースの実行計画',
      history: 'この文の以前の実行',
      plan_rows: '計画が見込む行数',
      rows_fetched: '届いた行数',
      duckdb: 'DuckDB の報告',
    },
  },
};
