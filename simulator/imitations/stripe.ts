/**
 * An imitation of the Stripe API: lists of customers, charges and invoices, newest first, paged by the id of
 * the last object seen.
 * @module
 */
import { calendar, MINUTE } from "./invent.ts";
import {
  type Answer,
  basicCredentials,
  bearerToken,
  type Call,
  type Imitation,
  type ImitationOptions,
  listen,
  Refusal,
  settled,
} from "./server.ts";
import {
  inventCharge,
  inventCharges,
  inventCustomers,
  inventInvoices,
  type StripeObject,
} from "./stripe_data.ts";

export type { StripeObject } from "./stripe_data.ts";

/** Options of {@link startStripe}. */
export interface StripeOptions extends ImitationOptions {
  /** @default 25 */
  readonly customers?: number;
  /** @default 120 */
  readonly charges?: number;
  /** @default 30 */
  readonly invoices?: number;
}

/** What can be listed, oldest first. */
export interface StripeTruth {
  readonly customers: readonly StripeObject[];
  readonly charges: readonly StripeObject[];
  readonly invoices: readonly StripeObject[];
}

/** A running imitation of Stripe. */
export interface StripeImitation extends Imitation<StripeTruth> {
  /** A restricted key that may read. */
  readonly apiKey: string;
  /** Charges somebody a minute later. */
  addCharge(): StripeObject;
}

type ListName = keyof StripeTruth;

const API_KEY = "rk_test_imitation";
const RANGES = ["gt", "gte", "lt", "lte"] as const;
const PARAMETERS: Readonly<Record<ListName, readonly string[]>> = {
  customers: ["email"],
  charges: ["customer"],
  invoices: ["customer", "status"],
};
const VERSION_REGEXP = /^20\d\d-\d\d-\d\d(\.[a-z]+)?$/;

/** Starts an imitation of Stripe on loopback. */
export async function startStripe(options: StripeOptions = {}): Promise<StripeImitation> {
  const { seed = 1 } = options;
  const { now, advance } = calendar(options.now);
  const customers = inventCustomers(seed, options.customers ?? 25);
  const charges = inventCharges(seed, options.charges ?? 120, customers);
  const invoices = inventInvoices(seed, options.invoices ?? 30, customers);
  const truth = { customers, charges, invoices };
  let count = 0;

  const listener = await listen((call) => {
    const headers = { "request-id": `req_imitation${++count}`, "stripe-version": versionOf(call) };
    return { headers, ...settled(() => answer(call, truth)) };
  }, options.port);

  return {
    ...listener,
    apiKey: API_KEY,
    truth,
    tryIt: `curl -s -u ${API_KEY}: "${listener.url}/v1/charges?limit=2"`,
    addCharge() {
      advance(MINUTE);
      const created = Math.floor(now() / 1000);
      charges.push(inventCharge(seed, charges.length, { customers, created }));
      return charges.at(-1)!;
    },
  };
}

function refusal(status: number, message: string, more: Record<string, string> = {}): Refusal {
  const type = "invalid_request_error";
  const code = more.code ? { doc_url: `https://stripe.com/docs/error-codes/${more.code}` } : {};
  return new Refusal({ status, body: { error: { ...more, ...code, message, type } } });
}

function versionOf({ headers }: Call): string {
  return headers.get("stripe-version") ?? "2024-06-20";
}

function answer(call: Call, truth: StripeTruth): Answer {
  checkHeaders(call);
  const { pathname } = call.url;
  const [, name, id] = /^\/v1\/(\w+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
  if (name === undefined || !Object.hasOwn(truth, name)) {
    throw refusal(404, `Unrecognized request URL (${call.method}: ${pathname}).`);
  }
  const objects = truth[name as ListName];
  if (call.method !== "GET") {
    throw refusal(
      403,
      `The provided key '${API_KEY}' does not have the required permissions for this endpoint.`,
    );
  }
  if (id === undefined) return { status: 200, body: list(call, name as ListName, objects) };
  return { status: 200, body: find(objects, { id, kind: name, param: "id", status: 404 }) };
}

function checkHeaders(call: Call): void {
  const { headers, method } = call;
  const key = bearerToken(headers) ?? basicCredentials(headers)?.user;
  if (key === undefined) throw refusal(401, "You did not provide an API key: send it as a bearer token.");
  if (key !== API_KEY) throw refusal(401, `Invalid API Key provided: ${key.slice(0, 3)}****`);
  if (!VERSION_REGEXP.test(versionOf(call))) {
    throw refusal(400, `Invalid Stripe API version: ${versionOf(call)}`);
  }
  const type = headers.get("content-type") ?? "";
  if (method === "POST" && call.body !== "" && !type.startsWith("application/x-www-form-urlencoded")) {
    throw refusal(400, "Invalid request (the body of a POST must be application/x-www-form-urlencoded).");
  }
}

function find(
  objects: readonly StripeObject[],
  { id, kind, param, status }: { id: string; kind: string; param: string; status: number },
): StripeObject {
  const found = objects.find((each) => each.id === id);
  if (found) return found;
  throw refusal(status, `No such ${kind.slice(0, -1)}: '${id}'`, { code: "resource_missing", param });
}

function integer(query: URLSearchParams, param: string): number | undefined {
  const text = query.get(param);
  if (text === null) return undefined;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw refusal(400, `Invalid integer: ${text}`, { code: "parameter_invalid_integer", param });
}

function pageSize(query: URLSearchParams): number {
  const limit = integer(query, "limit") ?? 10;
  const param = "limit";
  if (limit < 1) throw refusal(400, "This value must be greater than or equal to 1.", { param });
  if (limit > 100) {
    throw refusal(400, `This value must be less than or equal to 100 (it currently is '${limit}').`, {
      param,
    });
  }
  return limit;
}

function list(call: Call, name: ListName, objects: readonly StripeObject[]): Record<string, unknown> {
  const query = call.url.searchParams;
  const own = PARAMETERS[name];
  const known = [
    "limit",
    "starting_after",
    "ending_before",
    "created",
    ...RANGES.map((each) => `created[${each}]`),
  ];
  for (const param of query.keys()) {
    if (known.includes(param) || own.includes(param)) continue;
    throw refusal(400, `Received unknown parameter: ${param}`, { code: "parameter_unknown", param });
  }
  const limit = pageSize(query);
  if (query.has("starting_after") && query.has("ending_before")) {
    throw refusal(400, "You may only specify one of these parameters: starting_after, ending_before.");
  }
  // Within one second the one that came later is the newer one.
  const newestFirst = objects.toReversed();
  const place = (param: string) => {
    const id = query.get(param);
    return id === null
      ? undefined
      : newestFirst.indexOf(find(objects, { id, kind: name, param, status: 400 }));
  };
  const after = place("starting_after") ?? -1;
  const before = place("ending_before");
  const rest = newestFirst.filter((each, index) =>
    index > after && index < (before ?? Infinity) && wasCreated(each, query) &&
    own.every((param) => !query.has(param) || each[param] === query.get(param))
  );
  const data = before === undefined ? rest.slice(0, limit) : rest.slice(-limit);
  const hasMore = rest.length > limit;
  return { object: "list", data, has_more: hasMore, url: `/v1/${name}` };
}

function wasCreated({ created }: StripeObject, query: URLSearchParams): boolean {
  const bounds = Object.fromEntries(RANGES.map((each) => [each, integer(query, `created[${each}]`)]));
  const exactly = integer(query, "created");
  return (exactly === undefined || created === exactly) && (bounds.gt === undefined || created > bounds.gt) &&
    (bounds.gte === undefined || created >= bounds.gte) && (bounds.lt === undefined || created < bounds.lt) &&
    (bounds.lte === undefined || created <= bounds.lte);
}
