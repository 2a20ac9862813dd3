import { offsetAt } from '../time-zone.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The calendar date, `2026-03-29`, that the clocks of a zone show. An unknown zone is a RangeError. */
export function localDateAt(zone: string, atMs: number): string {
  return new Date(atMs + offsetAt(zone, atMs)).toISOString().slice(0, 10);
}

/** Minutes since midnight that the clocks of a zone show. */
export function localMinutesAt(zone: string, atMs: number): number {
  const wall = new Date(atMs + offsetAt(zone, atMs));
  return wall.getUTCHours() * 60 + wall.getUTCMinutes();
}

/** Whole days from one calendar date to another. Dates have no clocks, so a change of the clocks adds and takes nothing. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The moment at which the clocks of a zone show this. A time that a change of the clocks leaves out comes an hour late. */
export function momentOf(zone: string, date: string, minutes: number): number {
  const wall = Date.parse(date) + minutes * MINUTE_MS;
  const guess = wall - offsetAt(zone, wall);
  const moment = wall - offsetAt(zone, guess);
  const shown = moment + offsetAt(zone, moment);
  return shown < wall ? moment + (wall - shown) : moment;
}
