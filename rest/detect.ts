/**
 * How an API pages, concluded from its first page by dlt's tests in dlt's order. dlt takes every counted API
 * to start at page 0; here the answers tell whether it starts at 1, so that no page is read twice or missed.
 * @module
 */
import { Double, isJsonObject, type JsonValue } from "../pipeline/json.ts";
import { normalizedPath } from "../pipeline/json_path.ts";
import { fieldsOf, keysOf } from "./body_fields.ts";
import { countedPages } from "./detect_counter.ts";
import { guessed, unknownPaging } from "./detect_doubt.ts";
import { isLinkBroken, linkTarget } from "./link_header.ts";
import { cursor } from "./paginators/cursor.ts";
import { headerLink } from "./paginators/header_link.ts";
import { jsonLink } from "./paginators/json_link.ts";
import { wholeNumber } from "./paginators/place.ts";
import { singlePage } from "./paginators/single_page.ts";
import type { PageView, Paginator } from "./types.ts";

type Scalar = string | number | bigint | boolean | Double;

/** A field of the body. */
interface Found {
  readonly keys: readonly string[];
  readonly value: Scalar;
}

const TOTAL_NAMES = new Set(["total_pages", "pages", "totalpages"]);

/** The paginator for an API whose first page this is; `reason` says what gave it away. */
export function detectPaginator(page: PageView): Paginator {
  const { headers, body } = page.response;
  if (linkTarget(headers, "next") !== undefined || isLinkBroken(headers, "next")) {
    return { ...headerLink(), reason: 'the Link header has rel="next"' };
  }
  const next = findNext(body);
  if (next && isLink(next.value)) {
    const path = normalizedPath(next.keys);
    return { ...jsonLink({ next_url_path: path }), reason: `"${path}" holds a URL` };
  }
  const total = findTotal(body);
  if (total) return countedPages(page, total.keys);
  if (next) {
    const path = normalizedPath(next.keys);
    const found = {
      ...cursor({ cursor_path: path }),
      reason: `"${path}" holds a value that is no URL; it is sent back as parameter "cursor"`,
    };
    const guess = `"${path}" is sent back as parameter "cursor"`;
    return guessed(found, { guess, shown: ["cursor_path", "cursor_param"] });
  }
  return {
    ...singlePage(),
    reason: "nothing on the first page tells how it goes on",
    doubt: unknownPaging,
  };
}

function isLink(value: Scalar): boolean {
  return typeof value === "string" && /^(?:http|\/)/.test(value);
}

/** The first field called `next…`, itself or the link in it. One that is empty counts if there is no other. */
function findNext(body: JsonValue | undefined): Found | undefined {
  let empty: Found | undefined;
  for (const { trail, value } of fieldsOf(body)) {
    if (!trail.key.toLowerCase().startsWith("next")) continue;
    const inner = isJsonObject(value)
      ? Object.entries(value).find(([key, each]) => /^(?:href|url)/i.test(key) && isScalar(each))
      : undefined;
    const scalar = inner ? inner[1] : value;
    if (!isScalar(scalar)) continue;
    const found = { keys: keysOf(trail, inner?.[0]), value: scalar };
    if (scalar) return found;
    empty ??= found;
  }
  return empty;
}

function findTotal(body: JsonValue | undefined): Found | undefined {
  for (const { trail, value } of fieldsOf(body)) {
    if (!TOTAL_NAMES.has(trail.key.toLowerCase()) || !isScalar(value)) continue;
    if (typeof value !== "boolean" && wholeNumber(value) !== undefined) return { keys: keysOf(trail), value };
  }
  return undefined;
}

function isScalar(value: JsonValue): value is Scalar {
  return value !== null && (typeof value !== "object" || value instanceof Double);
}
