/**
 * The invented workspace behind the Notion imitation: the pages of one database, and the users.
 * @module
 */
import { DAY, dice, isoMilliseconds, madeAt, many, MINUTE, person, TEXTS, TITLES } from "./invent.ts";

/** A page of the database. */
export interface NotionPage {
  readonly object: "page";
  readonly id: string;
  readonly created_time: string;
  readonly last_edited_time: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** A person or a bot. */
export interface NotionUser {
  readonly object: "user";
  readonly id: string;
  readonly type: "person" | "bot";
  readonly name: string | null;
  readonly avatar_url: string | null;
  readonly [key: string]: unknown;
}

/** What can be said about a page when it is made or changed. */
export interface NotionPageChanges {
  readonly title?: string;
  readonly price?: number | null;
  readonly done?: boolean;
}

const STATUSES = [
  { id: "e1f2", name: "Not started", color: "default" },
  { id: "a3b4", name: "In Arbeit", color: "blue" },
  { id: "c5d6", name: "Done", color: "green" },
];
const TAGS = [
  { id: "t1", name: "recipe", color: "red" },
  { id: "t2", name: "Größe M", color: "yellow" },
  { id: "t3", name: "旅行", color: "purple" },
];

/** Times of pages have no seconds. */
export function notionTime(ms: number): string {
  return isoMilliseconds(Math.floor(ms / MINUTE) * MINUTE);
}

/** All users; the last one is the integration itself. */
export function inventNotionUsers(seed: number, count: number): NotionUser[] {
  return many(count, (index) => {
    const die = dice(seed, "notion user", index);
    const { first, last, email } = person(seed, index);
    const common = { object: "user", id: die.uuid() } as const;
    if (index === count - 1) {
      const bot = { owner: { type: "workspace", workspace: true }, workspace_name: "Übungen" };
      return { ...common, name: "Loader", avatar_url: null, type: "bot", bot };
    }
    const avatar_url = die.chance(0.5) ? `https://s3.example.com/avatars/${index}.png` : null;
    return { ...common, name: `${first} ${last}`, avatar_url, type: "person", person: { email } };
  });
}

function richText(content: string): unknown[] {
  if (content === "") return [];
  const annotations = {
    bold: false,
    italic: false,
    strikethrough: false,
    underline: false,
    code: false,
    color: "default",
  };
  return [{ type: "text", text: { content, link: null }, annotations, plain_text: content, href: null }];
}

/** One page of the database. */
export function inventPage(
  seed: number,
  index: number,
  { users, databaseId, createdMs, changes = {} }: {
    users: readonly NotionUser[];
    databaseId: string;
    createdMs: number;
    changes?: NotionPageChanges;
  },
): NotionPage {
  const die = dice(seed, "page", index);
  const id = die.uuid();
  const by = () => ({ object: "user", id: die.pick(users).id });
  const day = isoMilliseconds(createdMs + die.below(90 * DAY)).slice(0, 10);
  const title = changes.title ?? `${die.pick(TITLES)} (${index + 1})`;
  const price = die.chance(0.7) ? die.below(100_000) / 100 : null;
  return {
    object: "page",
    id,
    created_time: notionTime(createdMs),
    last_edited_time: notionTime(changes.title === undefined ? createdMs + die.below(60 * DAY) : createdMs),
    created_by: by(),
    last_edited_by: by(),
    cover: die.chance(0.2) ? { type: "external", external: { url: "https://example.com/cover.png" } } : null,
    icon: die.chance(0.5) ? { type: "emoji", emoji: die.pick(["🥨", "🗾", "📚"]) } : null,
    parent: { type: "database_id", database_id: databaseId },
    archived: false,
    in_trash: false,
    properties: {
      Name: { id: "title", type: "title", title: richText(title) },
      Status: { id: "Z%3ClH", type: "status", status: die.pick(STATUSES) },
      Tags: { id: "%40x%3Fq", type: "multi_select", multi_select: die.some(TAGS, 3) },
      "Due date": {
        id: "M%3BBw",
        type: "date",
        date: die.chance(0.6) ? { start: day, end: null, time_zone: null } : null,
      },
      "Price (€)": {
        id: "wX%3E%5E",
        type: "number",
        number: changes.price === undefined ? price : changes.price,
      },
      Done: { id: "qj%60e", type: "checkbox", checkbox: changes.done ?? die.chance(0.4) },
      Owner: { id: "fk%5EY", type: "people", people: die.chance(0.8) ? [by()] : [] },
      Notes: { id: "HbZT", type: "rich_text", rich_text: richText(die.pick(TEXTS)) },
      Link: { id: "u%7B%7C", type: "url", url: die.chance(0.3) ? "https://example.com/?a=1&b=%20" : null },
    },
    url: `https://www.notion.so/${id.replaceAll("-", "")}`,
    public_url: null,
  };
}

/** All pages, oldest first. */
export function inventPages(
  seed: number,
  count: number,
  place: { users: readonly NotionUser[]; databaseId: string },
): NotionPage[] {
  return many(count, (index) => inventPage(seed, index, { ...place, createdMs: madeAt(index, count) }));
}

/** A page after somebody edited it. */
export function editedPage(page: NotionPage, changes: NotionPageChanges, atMs: number): NotionPage {
  const { properties } = page;
  const set = (name: string, value: Record<string, unknown>) => ({
    [name]: { ...properties[name] as object, ...value },
  });
  return {
    ...page,
    last_edited_time: notionTime(atMs),
    properties: {
      ...properties,
      ...(changes.title !== undefined && set("Name", { title: richText(changes.title) })),
      ...(changes.price !== undefined && set("Price (€)", { number: changes.price })),
      ...(changes.done !== undefined && set("Done", { checkbox: changes.done })),
    },
  };
}
