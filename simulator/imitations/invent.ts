/**
 * Inventing records: a die per record, so that the same seed always gives the same ones, the words they are
 * made of, and a calendar. Nothing here is anybody's data.
 * @module
 */
import { choose, fraction, hashOf, hashText, vary } from "../okta/random.ts";
import { FIRST_NAMES, LAST_NAMES, PLACES } from "../okta/names.ts";

/** Milliseconds of a minute, an hour and a day. */
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The instant at which the oldest invented record was made. */
export const BEGINNING = Date.UTC(2024, 0, 8, 9, 0, 0);

/** Draws whose results depend on the seed, the kind of record and its number alone. */
export interface Dice {
  /** An integer from 0, below the given one. */
  below(end: number): number;
  /** True in this share of the draws. */
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Some of a list, each at most once, in its order. */
  some<T>(list: readonly T[], atMost: number): T[];
  /** Letters and digits as identifiers have them. */
  code(length: number, alphabet?: string): string;
  /** A version 4 UUID. */
  uuid(): string;
}

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** The die of one record. */
export function dice(seed: number, kind: string, index: number): Dice {
  const hash = hashOf(hashText(kind, seed), index);
  let drawn = 0;
  const draw = () => vary(hash, drawn++);
  const below = (end: number) => Math.floor(fraction(draw()) * end);
  const code = (length: number, alphabet = LETTERS_AND_DIGITS) =>
    Array.from({ length }, () => alphabet[below(alphabet.length)]).join("");
  return {
    below,
    chance: (share) => fraction(draw()) < share,
    pick: (list) => choose(list, draw()),
    some: (list, atMost) => {
      const share = below(atMost + 1) / list.length;
      return list.filter(() => fraction(draw()) < share);
    },
    code,
    uuid: () => {
      const digits = code(32, "0123456789abcdef");
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${"89ab"[below(4)]}${
        digits.slice(17, 20)
      }-${digits.slice(20)}`;
    },
  };
}

/** Somebody with a name, a login and an address. */
export interface Person {
  readonly first: string;
  readonly last: string;
  readonly login: string;
  readonly email: string;
  readonly place: typeof PLACES[number];
}

/** The nth person of an imitation; no two have the same login. */
export function person(seed: number, index: number): Person {
  const die = dice(seed, "person", index);
  const first = die.pick(FIRST_NAMES);
  const last = die.pick(LAST_NAMES);
  const login = `${first.login}-${last.login}${index}`;
  return {
    first: first.text,
    last: last.text,
    login,
    email: `${login}@example.com`,
    place: die.pick(PLACES),
  };
}

/** Short lines as people write them. */
export const TITLES: readonly string[] = [
  "Export stops after the first page",
  "Größe und Maße stimmen nicht überein",
  'Crash when the name contains "quotes"',
  "日本語の請求書が届きません",
  "Login page is blank on small screens 📱",
  "Rounding differs between invoice and receipt",
  "Ajouter une clé étrangère à la table des clients",
  "Timeouts under load; retries make it worse",
  "Documentation: describe <script> handling & escaping",
  "Поиск не находит слова с буквой ё",
  "Add dark mode",
  "Dates before 1970 are shown as tomorrow",
  "Überweisungen über 10.000 € schlagen fehl",
  "Allow commas, semicolons; and \\ in tags",
  "نسخة عربية للقائمة الرئيسية",
];

/** Longer texts, some of several lines. */
export const TEXTS: readonly string[] = [
  "Happens every time since the last release.\n\n1. Open the list\n2. Scroll down\n3. Nothing more is loaded",
  "I could reproduce this on two machines. The third one works, and I have no idea why.",
  "See the attached log:\r\n```\nerror: ünexpected end of input\n```",
  "Thanks for looking into it! 🙏",
  "Is there any news on this? We are blocked by it.",
  "Fixed in the development branch, please try again.",
  "同じ問題が発生しています。回避策はありますか?",
  "Works as designed: the total excludes tax.\tThe column next to it includes it.",
  "Merci beaucoup, c'est réglé.",
  "",
];

/** `2024-01-08T09:00:00Z`. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** `2024-01-08T09:00:00.000Z`. */
export function isoMilliseconds(ms: number): string {
  return new Date(ms).toISOString();
}

/** Time as the records know it. */
export interface Calendar {
  now(): number;
  advance(ms: number): void;
}

/** A calendar that stands still at `now`, or runs with the machine's clock; either can be moved forward. */
export function calendar(now?: number): Calendar {
  let moved = 0;
  return {
    now: () => (now ?? Date.now()) + moved,
    advance: (ms) => void (moved += ms),
  };
}

/** Numbers from 0, as many as asked for, turned into something. */
export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** When the nth of `count` records was made: they spread over four hundred days, oldest first. */
export function madeAt(index: number, count: number): number {
  return BEGINNING + Math.floor(index / Math.max(count, 1) * 400 * DAY / 1000) * 1000;
}
