/**
 * What on the only page of a walk says that there is more, or that there is not. Names are compared without
 * regard to case, `_` and the like.
 * @module
 */
import { Double, isJsonObject, type JsonValue } from "../pipeline/json.ts";
import { jsonPath, normalizedPath } from "../pipeline/json_path.ts";
import { fieldsOf, keysOf, type Trail } from "./body_fields.ts";
import { linkTarget } from "./link_header.ts";
import { isFalsy, yesOrNo } from "./paginators/fields.ts";
import { wholeNumber } from "./paginators/place.ts";
import { queryNames, queryParam } from "./request_url.ts";
import type { RestPage } from "./types.ts";

/** Something that says that there is more, and a paginator that may fit. */
export interface Sign {
  readonly seen: string;
  readonly paginator: object;
}

const words = (text: string) => new Set(text.split(" "));
const MORE = words(
  "hasmore more moreavailable ismore moreresults hasmoreitems hasmoreresults hasmorepages morepages hasnext " +
    "hasnextpage istruncated truncated",
);
const LAST = words(
  "islast islastpage lastpage last endofstream endoflist endofrecords endofresults eof done isdone",
);
/** Never the number of what is on this page. */
const TOTALS = words(
  "total totalcount counttotal totalrecords totalresults totalitems totalelements totalhits totalsize totalrows " +
    "totalentries totalobjects recordstotal resultstotal numfound nbhits odatacount",
);
/** Perhaps only the number of what is on this page. */
const COUNTS = words(
  "count recordcount resultcount itemcount rowcount numberofresults numberofrecords numresults",
);
const SIZES = words("limit perpage pagesize pagelimit itemsperpage maxresults resultsperpage");
const PAGING = words(
  "paging pagination pager pageinfo paginginfo paginationinfo cursors cursor continuation",
);
const CURSORS = words(
  "endcursor aftercursor cursor continuation continuationtoken pagetoken scrollid bookmark marker resumptiontoken",
);
/** Names beside a cursor that say nothing about a next page. */
const SAYS_NOTHING =
  /^(?:prev|first|self|last|start|before|total|has|is|current)|^(?:page|pages|index|offset|from|to|sort|order|type|length)$/;
const SIZE_PARAMS = words(
  "limit perpage pagesize pagelimit size top count maxresults first rows take max resultsperpage",
);
const TOTAL_HEADER = /^x-(?:[a-z]+-)?total(?:-?(?:count|items|records|results))?$/;
const NEXT_HEADER = /(?:^|-)(?:next|continuation)(?:-|$)|continuationtoken/;
const USUAL_SIZES = new Set([10, 20, 25, 30, 50, 100, 200, 250, 500, 1000]);

/** The clearest sign that more follows this page; none where something says that it is the last. */
export function signOfMore({ request, response, records, selector }: RestPage): Sign | undefined {
  const { body, headers } = response;
  if (!isList(body, selector)) return undefined;
  const count = records.length;
  const offset = { type: "offset", limit: count || 100 };
  const told = readFields(body);
  if (told.more?.is) {
    return { seen: `"${told.more.path}" is true`, paginator: { ...offset, has_more_path: told.more.path } };
  }
  if (told.last && !told.last.is) {
    return { seen: `"${told.last.path}" is false`, paginator: { ...offset, total_path: null } };
  }
  if (told.more || told.last || told.isEnd || saysLinkEnd(headers)) return undefined;
  const total = told.totals.find(({ number }) => number > count);
  if (total) {
    const seen = `"${total.path}" is ${total.number}, the page has ${count}`;
    return { seen, paginator: { ...offset, total_path: total.path } };
  }
  const header = totalHeader(headers);
  if (header && header.number > count) {
    const seen = `header "${header.name}" says ${header.number}, the page has ${count}`;
    return { seen, paginator: { ...offset, total_path: null } };
  }
  if (header || told.totals.some(({ isSure }) => isSure) || count === 0) return undefined;
  return cursorSign(told, headers) ?? fullPage(told, request.url, count);
}

/** Whether the records are a list, and not one thing. */
function isList(body: JsonValue | undefined, selector: string): boolean {
  const matches = jsonPath(selector).all(body);
  return matches.length > 1 || Array.isArray(matches[0]);
}

interface YesNo {
  readonly path: string;
  readonly is: boolean;
}

/** What the fields of a body tell. */
interface Told {
  more?: YesNo;
  last?: YesNo;
  /** A next link that is there and empty. */
  isEnd: boolean;
  readonly totals: { readonly path: string; readonly number: number; readonly isSure: boolean }[];
  readonly sizes: { readonly path: string; readonly number: number }[];
  cursor?: { readonly path: string; readonly key: string };
}

function readFields(body: JsonValue | undefined): Told {
  const told: Told = { isEnd: false, totals: [], sizes: [] };
  for (const { trail, value } of fieldsOf(body)) {
    const name = plainName(trail.key);
    const above = trail.parent ? plainName(trail.parent.key) : "";
    const path = () => normalizedPath(keysOf(trail));
    const number = integer(value);
    const more = MORE.has(name) ? yesOrNo(value) : undefined;
    if (more !== undefined) told.more ??= { path: path(), is: more };
    // A number is that of the last page.
    if (LAST.has(name) && typeof value === "boolean") told.last ??= { path: path(), is: value };
    if (name.startsWith("next") && isNothing(value)) told.isEnd = true;
    // Elasticsearch tells its total in an object.
    const isSure = TOTALS.has(name) || (name === "value" && TOTALS.has(above));
    if (number !== undefined && (isSure || COUNTS.has(name))) {
      told.totals.push({ path: path(), number, isSure });
    }
    if (number && SIZES.has(name)) told.sizes.push({ path: path(), number });
    if (!told.cursor && isCursor(name, value, trail)) told.cursor = { path: path(), key: trail.key };
  }
  return told;
}

function isCursor(name: string, value: JsonValue, { parent }: Trail): boolean {
  const isScalar = typeof value === "string" || integer(value) !== undefined;
  if (!isScalar || isFalsy(value) || TOTALS.has(name) || COUNTS.has(name) || SIZES.has(name)) return false;
  if (CURSORS.has(name)) return true;
  if (SAYS_NOTHING.test(name)) return false;
  for (let each = parent; each; each = each.parent) {
    const above = plainName(each.key);
    if (/^(?:prev|first|self|last)/.test(above)) return false;
    if (PAGING.has(above) || above.startsWith("next")) return true;
  }
  return false;
}

function cursorSign({ cursor }: Told, headers: Headers): Sign | undefined {
  if (cursor) {
    return {
      seen: `"${cursor.path}" holds what looks like a cursor`,
      paginator: { type: "cursor", cursor_path: cursor.path, cursor_param: cursor.key },
    };
  }
  const [name] = [...headers].find(([name, value]) => NEXT_HEADER.test(name) && value !== "") ?? [];
  if (name === undefined) return undefined;
  return {
    seen: `header "${name}" tells of a next page`,
    paginator: {
      type: "header_cursor",
      cursor_key: name,
      cursor_param: /page/.test(name) ? "page" : "cursor",
    },
  };
}

/** A page that holds as many as a page may hold. */
function fullPage({ sizes }: Told, url: string, count: number): Sign | undefined {
  const paginator = { type: "offset", limit: count, total_path: null };
  const size = sizes.find(({ number }) => number >= count);
  if (size) {
    return size.number > count
      ? undefined
      : { seen: `the page is full, as "${size.path}" says ${count}`, paginator };
  }
  const param = queryNames(url).find((name) =>
    SIZE_PARAMS.has(plainName(name)) && queryParam(url, name) === String(count)
  );
  if (param !== undefined) {
    return { seen: `the page is full, it has as many records as parameter "${param}" asks for`, paginator };
  }
  return USUAL_SIZES.has(count)
    ? { seen: `the page has exactly ${count} records, a usual page size`, paginator }
    : undefined;
}

/** A Link header that tells other pages, and no next one. */
function saysLinkEnd(headers: Headers): boolean {
  return ["first", "prev", "previous", "last"].some((relation) =>
    linkTarget(headers, relation) !== undefined
  );
}

function totalHeader(headers: Headers): { name: string; number: number } | undefined {
  for (const [name, value] of headers) {
    const text = TOTAL_HEADER.test(name)
      ? value
      : name === "content-range"
      ? /^(?!bytes).*\/(\d+)$/.exec(value)?.[1]
      : undefined;
    if (text !== undefined && /^\d+$/.test(text)) return { name, number: Number(text) };
  }
  return undefined;
}

function plainName(key: string): string {
  return key.toLowerCase().replace(/[^a-z]/g, "");
}

function integer(value: JsonValue): number | undefined {
  if (typeof value === "boolean" || value instanceof Double) return undefined;
  const number = wholeNumber(value);
  return typeof value === "number" && number !== value ? undefined : number;
}

function isNothing(value: JsonValue): boolean {
  return value === null || value === "" ||
    (isJsonObject(value) && Object.values(value).every((each) => each === null || each === ""));
}
