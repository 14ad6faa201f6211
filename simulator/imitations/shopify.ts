/**
 * An imitation of the Shopify REST Admin API: the products of one shop, paged by opaque cursors in Link
 * headers, with the bucket that limits its calls.
 * @module
 */
import { many } from "./invent.ts";
import { leakyBucket } from "./limits.ts";
import {
  type Answer,
  type Call,
  type Imitation,
  type ImitationOptions,
  listen,
  Refusal,
  settled,
  wholeNumber,
} from "./server.ts";
import { inventProduct, type ShopifyProduct } from "./shopify_data.ts";

export type { ShopifyProduct } from "./shopify_data.ts";

/** Options of {@link startShopify}. */
export interface ShopifyOptions extends Omit<ImitationOptions, "now"> {
  /** @default 130 */
  readonly products?: number;
  /** Calls that fit into the bucket. @default 40 */
  readonly bucketSize?: number;
  /** Calls that leak out of it each second. @default 2 */
  readonly leakPerSecond?: number;
}

/** A running imitation of a shop. */
export interface ShopifyImitation extends Imitation<{ readonly products: readonly ShopifyProduct[] }> {
  readonly accessToken: string;
}

/** What a `page_info` stands for: a place in a list that was filtered when it was first asked for. */
interface PageInfo {
  readonly direction: "next" | "prev";
  readonly id: number;
  /** The query of the first request, without its limit. */
  readonly filters: string;
}

const ACCESS_TOKEN = "shpat_imitation";
const API_REGEXP = /^\/admin\/api\/(\d{4}-(?:01|04|07|10))\/(.+)\.json$/;
const GUIDE = "https://shopify.dev/api/usage/pagination-rest";

/** Starts an imitation of a shop on loopback. */
export async function startShopify(options: ShopifyOptions = {}): Promise<ShopifyImitation> {
  const { seed = 1, products: count = 130, bucketSize = 40 } = options;
  const products = many(count, (index) => inventProduct(seed, index, count));
  const bucket = leakyBucket(bucketSize, options.leakPerSecond ?? 2);

  const listener = await listen((call) => {
    if (call.headers.get("x-shopify-access-token") !== ACCESS_TOKEN) {
      const errors = "[API] Invalid API key or access token (unrecognized login or wrong password)";
      return { status: 401, body: { errors } };
    }
    const [, version, path] = API_REGEXP.exec(call.url.pathname) ?? [];
    if (version === undefined || call.method !== "GET") return notFound();
    const { isAllowed, used, waitMs } = bucket.take();
    const reply = isAllowed ? settled(() => answer(call, path, products)) : tooMany(waitMs);
    const headers = {
      "x-shopify-shop-api-call-limit": `${used}/${bucketSize}`,
      "x-shopify-api-version": version,
    };
    return { ...reply, headers: { ...headers, ...reply.headers } };
  }, options.port);

  const first = `${listener.url}/admin/api/2024-01/products.json?limit=2`;
  return {
    ...listener,
    accessToken: ACCESS_TOKEN,
    truth: { products },
    tryIt: `curl -s -H "X-Shopify-Access-Token: ${ACCESS_TOKEN}" "${first}"`,
  };
}

function notFound(): Answer {
  return { status: 404, body: { errors: "Not Found" } };
}

function tooMany(waitMs: number): Answer {
  const errors = "Exceeded the calls per second for this api client. Reduce request rates to resume service.";
  return {
    status: 429,
    headers: { "retry-after": (Math.ceil(waitMs / 100) / 10).toFixed(1) },
    body: { errors },
  };
}

function invalid(param: string, problem: string): Refusal {
  return new Refusal({ status: 400, body: { errors: { [param]: problem } } });
}

function answer(call: Call, path: string, products: readonly ShopifyProduct[]): Answer {
  if (path === "products") return list(call, products);
  if (path === "products/count") {
    const count = products.filter((product) => matches(product, call.url.searchParams)).length;
    return { status: 200, body: { count } };
  }
  const product = products.find(({ id }) => path === `products/${id}`);
  return product ? { status: 200, body: { product } } : notFound();
}

function list(call: Call, products: readonly ShopifyProduct[]): Answer {
  const query = call.url.searchParams;
  const asked = wholeNumber(query.get("limit") ?? "50");
  if (!asked) throw invalid("limit", "must be a number from 1 on");
  const limit = Math.min(asked, 250);
  const info = pageInfo(query);
  const matching = products.filter((product) =>
    matches(product, info ? new URLSearchParams(info.filters) : query)
  );
  const start = startOf(matching, info, limit);
  const page = matching.slice(start, start + limit);
  const filters = info?.filters ?? filtersOf(query);
  const link = (direction: PageInfo["direction"], id: number) => {
    const url = new URL(call.url.pathname, call.url);
    url.searchParams.set("limit", String(limit));
    for (const fields of query.getAll("fields")) url.searchParams.set("fields", fields);
    url.searchParams.set("page_info", btoa(JSON.stringify({ direction, id, filters } satisfies PageInfo)));
    return `<${url}>; rel="${direction === "next" ? "next" : "previous"}"`;
  };
  const links = [
    ...(start > 0 && page.length ? [link("prev", page[0].id)] : []),
    ...(start + limit < matching.length ? [link("next", page.at(-1)!.id)] : []),
  ];
  return {
    status: 200,
    headers: links.length ? { link: links.join(", ") } : {},
    body: { products: page.map((product) => shown(product, query.get("fields"))) },
  };
}

function pageInfo(query: URLSearchParams): PageInfo | undefined {
  const text = query.get("page_info");
  if (text === null) return undefined;
  for (const param of query.keys()) {
    if (["page_info", "limit", "fields"].includes(param)) continue;
    throw invalid(
      param,
      `${param} cannot be passed when page_info is present. See ${GUIDE} for more information.`,
    );
  }
  const info = decoded(text);
  if (info === undefined) throw invalid("page_info", "Invalid value.");
  return info;
}

function decoded(text: string): PageInfo | undefined {
  try {
    const info = JSON.parse(atob(text));
    return typeof info.id === "number" && typeof info.filters === "string" ? info : undefined;
  } catch {
    return undefined;
  }
}

function filtersOf(query: URLSearchParams): string {
  const filters = new URLSearchParams(query);
  for (const param of ["limit", "fields"]) filters.delete(param);
  return String(filters);
}

/** Products are listed by their ids, so a place stays where it is when others come or go. */
function startOf(products: readonly ShopifyProduct[], info: PageInfo | undefined, limit: number): number {
  if (!info) return 0;
  if (info.direction === "prev") return Math.max(0, products.filter(({ id }) => id < info.id).length - limit);
  return products.filter(({ id }) => id <= info.id).length;
}

function matches(product: ShopifyProduct, query: URLSearchParams): boolean {
  for (const [param, value] of query) {
    const [, field, bound] = /^(created|updated|published)_at_(min|max)$/.exec(param) ?? [];
    if (field !== undefined) {
      const held = product[`${field}_at`];
      const [time, limit] = [Date.parse(String(held)), Date.parse(value)];
      if (Number.isNaN(limit)) throw invalid(param, "must be an ISO 8601 date");
      if (held === null || (bound === "min" ? time < limit : time > limit)) return false;
    } else if (param === "since_id") {
      if (product.id <= (wholeNumber(value) ?? 0)) return false;
    } else if (["ids", "status", "handle"].includes(param)) {
      if (!value.split(",").includes(String(param === "ids" ? product.id : product[param]))) return false;
    } else if (["title", "vendor", "product_type"].includes(param) && product[param] !== value) return false;
  }
  return true;
}

function shown(product: ShopifyProduct, fields: string | null): Record<string, unknown> {
  if (fields === null) return product;
  const wanted = fields.split(",").map((field) => field.trim());
  return Object.fromEntries(Object.entries(product).filter(([field]) => wanted.includes(field)));
}
