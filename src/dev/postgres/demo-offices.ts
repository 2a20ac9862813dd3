import type { Pool } from 'pg';
import { recordAudit } from '../../db/audit/log.js';
import { one, sql } from '../../db/base/sql.js';
import { withTransaction } from '../../db/base/transaction.js';
import {
  officeIdsByExternalId,
  upsertDeadlines,
  upsertOffices,
  upsertStaff,
} from '../../db/notifications/import-records.js';
import { addDays } from '../../domain/notifications/local-time.js';

interface DemoOffice {
  readonly name: string;
  readonly timeZone: string;
  readonly language: 'en' | 'ja';
}

const OFFICES: readonly DemoOffice[] = [
  { name: '中野事業所', timeZone: 'Asia/Tokyo', language: 'ja' },
  { name: '新宿事業所', timeZone: 'Asia/Tokyo', language: 'ja' },
  { name: '大阪事業所', timeZone: 'Asia/Tokyo', language: 'ja' },
  { name: '札幌事業所', timeZone: 'Asia/Tokyo', language: 'ja' },
  { name: '福岡事業所', timeZone: 'Asia/Tokyo', language: 'ja' },
  { name: 'Seoul office', timeZone: 'Asia/Seoul', language: 'en' },
  { name: 'Singapore office', timeZone: 'Asia/Singapore', language: 'en' },
  { name: 'Berlin office', timeZone: 'Europe/Berlin', language: 'en' },
  { name: 'London office', timeZone: 'Europe/London', language: 'en' },
  { name: 'New York office', timeZone: 'America/New_York', language: 'en' },
  { name: 'Denver office', timeZone: 'America/Denver', language: 'en' },
  { name: 'Sydney office', timeZone: 'Australia/Sydney', language: 'en' },
];

const PEOPLE: Readonly<Record<DemoOffice['language'], readonly string[]>> = {
  en: ['Alex Reed', 'Blake Moore', 'Casey Lane', 'Drew Stone', 'Emery Hart'],
  ja: ['佐藤 葵', '鈴木 蓮', '高橋 結衣', '田中 陽翔', '伊藤 凛'],
};

const TITLES: Readonly<Record<DemoOffice['language'], readonly string[]>> = {
  en: ['Fire safety inspection', 'Annual tax filing', 'Service certificate renewal'],
  ja: ['消防設備点検', '年次税務申告', '受給者証の更新'],
};

/** Days from today: near each threshold, one that has passed, and some that nothing is due for. */
const DAYS = [30, 7, 0, 14, 3, -2, 1, 21, 60, 5, 7, 30];

/**
 * Twelve offices with five people each and deadlines around today, for a fresh stack to be tried with. The same every time,
 * apart from the dates; made once, and never again once there was any office.
 */
export async function makeDemoOffices(pool: Pool, today: string): Promise<void> {
  await withTransaction(pool, async (tx) => {
    // Of two starts at once the second finds the offices of the first.
    await tx.query('lock table offices in share row exclusive mode');
    const { there } = await one<{ there: boolean }>(
      tx,
      sql`select exists (select from offices)
               or exists (select from audit_logs where resource_type = 'office') as there`,
    );
    if (there) return;
    await upsertOffices(
      tx,
      OFFICES.map(({ name, timeZone }, index) => ({
        external_id: externalIdOf(index),
        name,
        time_zone: timeZone,
      })),
    );
    const ids = await officeIdsByExternalId(
      tx,
      OFFICES.map((_, index) => externalIdOf(index)),
    );
    const idOf = (index: number): string => ids.get(externalIdOf(index)) ?? '';
    const staff = OFFICES.flatMap(({ language }, index) =>
      PEOPLE[language].map((name, place) => ({
        office_id: idOf(index),
        email: `person${place + 1}@${externalIdOf(index)}.example`,
        name,
        language,
        notify_email: true,
        notify_push: false,
      })),
    );
    await upsertStaff(tx, staff);
    await upsertDeadlines(
      tx,
      OFFICES.flatMap((office, index) => deadlinesOf(office, { index, id: idOf(index), today })),
    );
    const after = { offices: OFFICES.length, staff: staff.length };
    await recordAudit(tx, {
      actor: { system: 'npm start' },
      action: 'imported',
      resourceType: 'office',
      resourceId: 'demo',
      after,
    });
  });
}

function deadlinesOf(
  { language }: DemoOffice,
  { index, id, today }: { readonly index: number; readonly id: string; readonly today: string },
) {
  return TITLES[language].map((title, place) => ({
    office_id: id,
    external_id: `${externalIdOf(index)}-${place + 1}`,
    title,
    due_on: addDays(today, DAYS[(index + 5 * place) % DAYS.length] ?? 0),
  }));
}

function externalIdOf(index: number): string {
  return `demo-office-${index + 1}`;
}
