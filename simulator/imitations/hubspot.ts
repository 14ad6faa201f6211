/**
 * An imitation of the HubSpot CRM API: contacts as a list with `paging.next`, and the search, which is a POST
 * and ends at ten thousand results.
 * @module
 */
import { DEFAULT_PROPERTIES, type HubspotContact, inventContact, shown } from "./hubspot_data.ts";
import { invalid, refusal } from "./hubspot_error.ts";
import { search } from "./hubspot_search.ts";
import { many } from "./invent.ts";
import { windowLimit } from "./limits.ts";
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

export type { HubspotContact } from "./hubspot_data.ts";

/** Options of {@link startHubspot}. */
export interface HubspotOptions extends Omit<ImitationOptions, "now"> {
  /** @default 85 */
  readonly contacts?: number;
  /** How far a search can be paged. @default 10000 */
  readonly searchWindow?: number;
  /** Searches that are answered within a second. @default 5 */
  readonly searchesPerSecond?: number;
}

/** A running imitation of HubSpot. */
export interface HubspotImitation extends Imitation<{ readonly contacts: readonly HubspotContact[] }> {
  readonly accessToken: string;
  /** The properties a list shows when none are asked for. */
  readonly defaultProperties: readonly string[];
}

const ACCESS_TOKEN = "pat-na1-imitation";
const CONTACTS = "/crm/v3/objects/contacts";

/** Starts an imitation of HubSpot on loopback. */
export async function startHubspot(options: HubspotOptions = {}): Promise<HubspotImitation> {
  const { seed = 1, contacts: count = 85, searchWindow = 10_000, searchesPerSecond = 5 } = options;
  const contacts = many(count, (index) => inventContact(seed, index, count));
  const searchLimit = windowLimit(searchesPerSecond, 1000);

  function answer(call: Call): Answer {
    if (bearerToken(call.headers) !== ACCESS_TOKEN) throw unauthorized(call);
    const { pathname } = call.url;
    const single = matchPath(`${CONTACTS}/:id`, pathname);
    if (pathname === `${CONTACTS}/search`) {
      if (call.method !== "POST") throw notAllowed(call);
      if (!searchLimit.take().isAllowed) throw tooMany();
      return { status: 200, body: search(call, contacts, searchWindow) };
    }
    if (pathname !== CONTACTS && !single) throw refusal(404, "OBJECT_NOT_FOUND", "There is no such resource");
    if (call.method !== "GET") throw notAllowed(call);
    if (!single) return { status: 200, body: list(call, contacts) };
    const found = contacts.find(({ id }) => id === single.id);
    if (!found) throw refusal(404, "OBJECT_NOT_FOUND", `Object not found. objectId: ${single.id}`);
    return { status: 200, body: shown(found, wanted(call.url.searchParams)) };
  }

  const listener = await listen(answer, options.port);
  return {
    ...listener,
    accessToken: ACCESS_TOKEN,
    defaultProperties: DEFAULT_PROPERTIES,
    truth: { contacts },
    tryIt: `curl -s -H "Authorization: Bearer ${ACCESS_TOKEN}" "${listener.url}${CONTACTS}?limit=2"`,
  };
}

function unauthorized({ headers }: Call): Refusal {
  const message = headers.has("authorization")
    ? "Authentication credentials are invalid or expired."
    : "Authentication credentials not found: this API takes OAuth 2.0 bearer tokens.";
  return refusal(401, "INVALID_AUTHENTICATION", message);
}

function notAllowed({ method }: Call): Refusal {
  return new Refusal({
    status: 405,
    body: { status: "error", message: `HTTP ${method} is not allowed here` },
  });
}

function tooMany(): Refusal {
  const more = { errorType: "RATE_LIMIT", policyName: "SECONDLY" };
  return refusal(429, "RATE_LIMITS", "You have reached your secondly limit.", more);
}

/** The properties to show of a contact; undefined for the standard ones. */
function wanted(query: URLSearchParams): string[] | undefined {
  const names = query.getAll("properties").flatMap((text) => text.split(",")).filter(Boolean);
  return names.length ? names : undefined;
}

function list(call: Call, contacts: readonly HubspotContact[]): Record<string, unknown> {
  const query = call.url.searchParams;
  const limit = wholeNumber(query.get("limit") ?? "10");
  if (limit === undefined || limit < 1 || limit > 100) {
    throw invalid(`Invalid input for limit: ${query.get("limit")} is not from 1 to 100`);
  }
  const after = wholeNumber(query.get("after") ?? "0");
  if (after === undefined) throw invalid("Invalid input for after: the cursor is not one of this list");
  const rest = query.get("archived") === "true" ? [] : contacts.filter(({ id }) => Number(id) >= after);
  const results = rest.slice(0, limit).map((contact) => shown(contact, wanted(query)));
  if (rest.length <= limit) return { results };
  const link = new URL(call.url);
  link.searchParams.set("after", rest[limit].id);
  return { results, paging: { next: { after: rest[limit].id, link: String(link) } } };
}
