/**
 * An imitation of the Notion API: one database that is queried by POST with the cursor in the body, and the
 * users of its workspace.
 * @module
 */
import { calendar, dice, MINUTE } from "./invent.ts";
import {
  editedPage,
  inventNotionUsers,
  inventPage,
  inventPages,
  type NotionPage,
  type NotionPageChanges,
  type NotionUser,
} from "./notion_data.ts";
import { NotionQueryError, parseFilter, parseSorts } from "./notion_query.ts";
import {
  type Answer,
  bearerToken,
  type Call,
  type Imitation,
  type ImitationOptions,
  listen,
  matchPath,
  Refusal,
  wholeNumber,
} from "./server.ts";

export type { NotionPage, NotionPageChanges, NotionUser } from "./notion_data.ts";

/** Options of {@link startNotion}. */
export interface NotionOptions extends ImitationOptions {
  /** @default 120 */
  readonly pages?: number;
  /** @default 9 */
  readonly users?: number;
}

/** A running imitation of Notion. */
export interface NotionImitation
  extends Imitation<{ readonly pages: readonly NotionPage[]; readonly users: readonly NotionUser[] }> {
  readonly token: string;
  readonly databaseId: string;
  /** Edits a page a minute later. */
  updatePage(id: string, changes: NotionPageChanges): void;
  /** Makes a page a minute later. */
  addPage(changes?: NotionPageChanges): NotionPage;
}

const TOKEN = "ntn_imitation";
const VERSIONS = ["2021-05-13", "2021-08-16", "2022-02-22", "2022-06-28"];
const QUERY_KEYS = ["filter", "sorts", "start_cursor", "page_size"];
const REQUEST_ID = "2f1c7a36-5f0e-4a52-9d5e-0b7c4c1d9a11";

/** Starts an imitation of Notion on loopback. */
export async function startNotion(options: NotionOptions = {}): Promise<NotionImitation> {
  const { seed = 1 } = options;
  const { now, advance } = calendar(options.now);
  const users = inventNotionUsers(seed, options.users ?? 9);
  const databaseId = dice(seed, "database", 0).uuid();
  const pages = inventPages(seed, options.pages ?? 120, { users, databaseId });

  const listener = await listen((call) => {
    checkHeaders(call);
    const { pathname } = call.url;
    const query = matchPath("/v1/databases/:id/query", pathname);
    if (query && call.method === "POST") {
      if (plain(query.id) !== plain(databaseId)) throw notFound(`database with ID: ${query.id}`);
      return queryPages(call, pages);
    }
    if (pathname === "/v1/users" && call.method === "GET") return listUsers(call, users);
    const user = matchPath("/v1/users/:id", pathname);
    if (!user || call.method !== "GET") throw refusal(400, "invalid_request_url", "Invalid request URL.");
    const found = users.find(({ id }) => plain(id) === plain(user.id));
    if (!found) throw notFound(`user with ID: ${user.id}`);
    return { status: 200, body: { ...found, request_id: REQUEST_ID } };
  }, options.port);

  const headers = `-H "Authorization: Bearer ${TOKEN}" -H "Notion-Version: 2022-06-28"`;
  return {
    ...listener,
    token: TOKEN,
    databaseId,
    truth: { pages, users },
    tryIt: `curl -s -X POST ${headers} "${listener.url}/v1/databases/${databaseId}/query"`,
    updatePage(id, changes) {
      advance(MINUTE);
      const index = pages.findIndex((page) => page.id === id);
      if (index < 0) throw new Error(`there is no page ${id}`);
      pages[index] = editedPage(pages[index], changes, now());
    },
    addPage(changes = {}) {
      advance(MINUTE);
      const given = { title: "Untitled", ...changes };
      pages.push(inventPage(seed, pages.length, { users, databaseId, createdMs: now(), changes: given }));
      return pages.at(-1)!;
    },
  };
}

/** Ids are accepted with and without dashes. */
function plain(id: string): string {
  return id.replaceAll("-", "").toLowerCase();
}

function refusal(status: number, code: string, message: string): Refusal {
  return new Refusal({ status, body: { object: "error", status, code, message, request_id: REQUEST_ID } });
}

function invalid(message: string): Refusal {
  return refusal(400, "validation_error", message);
}

function notFound(what: string): Refusal {
  const advice = "Make sure the relevant pages and databases are shared with your integration.";
  return refusal(404, "object_not_found", `Could not find ${what}. ${advice}`);
}

function checkHeaders({ headers }: Call): void {
  if (bearerToken(headers) !== TOKEN) throw refusal(401, "unauthorized", "API token is invalid.");
  const version = headers.get("notion-version");
  const failed = "Notion-Version header failed validation: Notion-Version header should be";
  if (version === null) {
    throw refusal(400, "missing_version", `${failed} defined, instead was \`undefined\`.`);
  }
  if (VERSIONS.includes(version)) return;
  throw invalid(
    `${failed} ${VERSIONS.map((each) => `\`"${each}"\``).join(", ")}, instead was \`"${version}"\`.`,
  );
}

function readBody({ headers, body }: Call): Readonly<Record<string, unknown>> {
  if (body === "") return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = undefined;
  }
  const isJson = (headers.get("content-type") ?? "").startsWith("application/json");
  if (!isJson || parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) {
    throw refusal(400, "invalid_json", "Error parsing JSON body.");
  }
  const stray = Object.keys(parsed).find((key) => !QUERY_KEYS.includes(key));
  if (stray !== undefined) {
    throw invalid(`body failed validation: body.${stray} should be not present, instead was defined.`);
  }
  return parsed as Readonly<Record<string, unknown>>;
}

function queryPages(call: Call, pages: readonly NotionPage[]): Answer {
  const body = readBody(call);
  try {
    const found = pages.filter(parseFilter(body.filter)).sort(parseSorts(body.sorts));
    return listed(found, {
      where: "body",
      size: body.page_size,
      cursor: body.start_cursor,
      type: "page_or_database",
    });
  } catch (error) {
    if (error instanceof NotionQueryError) throw invalid(`body failed validation: ${error.message}`);
    throw error;
  }
}

function listUsers(call: Call, users: readonly NotionUser[]): Answer {
  const query = call.url.searchParams;
  const text = query.get("page_size");
  const size = text === null ? undefined : wholeNumber(text) ?? text;
  return listed(users, {
    where: "query",
    size,
    cursor: query.get("start_cursor") ?? undefined,
    type: "user",
  });
}

/** One page of a list; a cursor is the id of the first record of its page. */
function listed(
  records: readonly (NotionPage | NotionUser)[],
  { where, size = 100, cursor, type }: { where: string; size?: unknown; cursor?: unknown; type: string },
): Answer {
  const failed = `${where} failed validation: ${where}.page_size should be`;
  if (typeof size !== "number" || !Number.isInteger(size)) throw invalid(`${failed} a number.`);
  if (size < 1) throw invalid(`${failed} ≥ \`1\`, instead was \`${size}\`.`);
  if (size > 100) throw invalid(`${failed} ≤ \`100\`, instead was \`${size}\`.`);
  if (cursor !== undefined && typeof cursor !== "string") {
    throw invalid(`${where} failed validation: ${where}.start_cursor should be a string or \`undefined\`.`);
  }
  const start = cursor === undefined ? 0 : records.findIndex(({ id }) => plain(id) === plain(cursor));
  if (start < 0) throw invalid(`The start_cursor provided is invalid: ${cursor}`);
  const next = records[start + size]?.id ?? null;
  const results = records.slice(start, start + size);
  const body = { object: "list", results, next_cursor: next, has_more: next !== null, type, [type]: {} };
  return { status: 200, body: { ...body, request_id: REQUEST_ID } };
}
