/**
 * The search of the HubSpot imitation: filters, one sort, and a window that cannot be paged beyond.
 * @module
 */
import { type HubspotContact, shown } from "./hubspot_data.ts";
import { invalid } from "./hubspot_error.ts";
import { type Call, Refusal, wholeNumber } from "./server.ts";

interface Search {
  readonly filterGroups?: readonly { readonly filters?: readonly Filter[] }[];
  readonly sorts?: readonly (string | { readonly propertyName?: string; readonly direction?: string })[];
  readonly properties?: readonly string[];
  readonly limit?: unknown;
  readonly after?: unknown;
  readonly [key: string]: unknown;
}

interface Filter {
  readonly propertyName?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly values?: readonly string[];
}

/** Answers a search. */
export function search(
  call: Call,
  contacts: readonly HubspotContact[],
  window: number,
): Record<string, unknown> {
  const body = readSearch(call);
  const limit = body.limit ?? 10;
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw invalid("Invalid input for limit: it must be an integer from 1 to 200");
  }
  const start = wholeNumber(String(body.after ?? "0"));
  if (start === undefined) throw invalid("Invalid input for after: it must be a number");
  if (start + limit > window) {
    throw invalid(`Cannot page beyond ${window} results of a search; make the filters narrower`);
  }
  const groups = body.filterGroups ?? [];
  const matching = contacts.filter((contact) =>
    groups.length === 0 ||
    groups.some(({ filters = [] }) => filters.every((filter) => matches(contact, filter)))
  );
  const sorted = sort(matching, body.sorts);
  const results = sorted.slice(start, start + limit).map((contact) => shown(contact, body.properties));
  const end = start + limit;
  const paging = end < sorted.length ? { paging: { next: { after: String(end) } } } : {};
  return { total: sorted.length, results, ...paging };
}

function readSearch({ headers, body }: Call): Search {
  if (!(headers.get("content-type") ?? "").startsWith("application/json")) {
    throw new Refusal({ status: 415, body: { status: "error", message: "Unsupported Media Type" } });
  }
  let search: unknown;
  try {
    search = JSON.parse(body);
  } catch {
    search = undefined;
  }
  if (search === null || typeof search !== "object") throw invalid("Invalid input JSON: an object is needed");
  const known = ["filterGroups", "sorts", "query", "properties", "limit", "after"];
  const stray = Object.keys(search).find((key) => !known.includes(key));
  if (stray !== undefined) throw invalid(`Invalid input JSON: unrecognized field "${stray}"`);
  const lists = ["filterGroups", "sorts", "properties"] as const;
  const wrong = lists.find((key) => key in search && !Array.isArray((search as Search)[key]));
  if (wrong !== undefined) throw invalid(`Invalid input JSON: "${wrong}" must be a list`);
  return search as Search;
}

/** Numbers and dates are compared as such; the API writes both as text. */
function comparable(text: string): number | string {
  const number = Number(text);
  if (text !== "" && !Number.isNaN(number)) return number;
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? text.toLowerCase() : time;
}

function matches(
  { properties }: HubspotContact,
  { propertyName = "", operator, value, values = [] }: Filter,
): boolean {
  if (!Object.hasOwn(properties, propertyName)) throw invalid(`Property "${propertyName}" does not exist`);
  const held = properties[propertyName];
  if (operator === "HAS_PROPERTY") return held !== null;
  if (operator === "NOT_HAS_PROPERTY") return held === null;
  if (operator === "IN") return held !== null && values.includes(held);
  if (value === undefined) throw invalid(`The filter on "${propertyName}" has no value`);
  if (operator === "NEQ") return held !== value;
  const compare = COMPARISONS[operator ?? ""];
  if (!compare) throw invalid(`Invalid input for operator: ${operator}`);
  return held !== null && compare(comparable(held), comparable(value));
}

type Compare = (held: number | string, value: number | string) => boolean;

const COMPARISONS: Readonly<Record<string, Compare>> = {
  EQ: (held, value) => held === value,
  LT: (held, value) => held < value,
  LTE: (held, value) => held <= value,
  GT: (held, value) => held > value,
  GTE: (held, value) => held >= value,
};

function sort(contacts: readonly HubspotContact[], sorts: Search["sorts"]): HubspotContact[] {
  if (!sorts?.length) return [...contacts];
  if (sorts.length > 1) throw invalid("Only one sort is allowed");
  const [first] = sorts;
  const { propertyName = "", direction = "ASCENDING" } = typeof first === "string"
    ? { propertyName: first }
    : first;
  if (!contacts.every(({ properties }) => Object.hasOwn(properties, propertyName))) {
    throw invalid(`Property "${propertyName}" does not exist`);
  }
  const sign = direction === "DESCENDING" ? -1 : 1;
  const key = ({ properties }: HubspotContact) => comparable(properties[propertyName] ?? "");
  return contacts.toSorted((a, b) => {
    const [left, right] = [key(a), key(b)];
    return left === right ? Number(a.id) - Number(b.id) : left < right ? -sign : sign;
  });
}
