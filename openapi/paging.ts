/**
 * How a list pages, by its parameters and by what stands round the list in its answer.
 * @module
 */
import { normalizedPath } from "../pipeline/json_path.ts";
import type { Field, ListAnswer } from "./answers.ts";
import type { Literal, Paging } from "./description.ts";
import { plainWord } from "./names.ts";
import type { Parameter } from "./operations.ts";
import { documentedMaximum, integerFact, isWhole } from "./page_size.ts";
import { isNullable } from "./shapes.ts";
import { own } from "./tree.ts";

/** What is known of how a list pages. */
export interface ListPaging {
  /** Undefined: nothing tells. */
  readonly paginator?: Paging;
  /** Parameters to send with every request, such as a page size. */
  readonly params: ReadonlyMap<string, Literal>;
  /** Names of parameters that the paginator writes. */
  readonly written: readonly string[];
  /** It takes parameters that have to do with pages, whatever comes of them. */
  readonly isPaged: boolean;
}

/** A list whose paging is looked at. */
export interface PagedList {
  readonly parameters: readonly Parameter[];
  readonly answer: ListAnswer;
  /** Names of the answer's headers. */
  readonly headers: readonly string[];
  readonly primaryKey: readonly string[];
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));
const PAGE_PARAMETERS = words("page pagenumber pagenum pageno p pg currentpage pageindex pagepage");
const OFFSET_PARAMETERS = words(
  "offset skip start startindex startat pageoffset firstresult recordoffset startposition",
);
const SIZE_PARAMETERS = words(
  "perpage pagesize limit size per maxresults maxitems maxrecords maxkeys count top rows take pagelimit first " +
    "resultsperpage itemsperpage recordsperpage numresults batchsize maxpagesize max",
);
const CURSOR_PARAMETERS = words(
  "cursor after aftercursor startingafter startafter pagetoken nexttoken nextpagetoken continuationtoken continuation " +
    "pagecursor pageafter nextcursor marker startcursor scrollid next nextpage startingtoken nextpageid pageid startkey " +
    "exclusivestartkey lastkey lastid afterid sinceid pagingtoken bookmark resumptiontoken skiptoken offset iterator",
);
const PAGING_PARAMETERS = [PAGE_PARAMETERS, OFFSET_PARAMETERS, SIZE_PARAMETERS, CURSOR_PARAMETERS];
const CURSOR_FIELDS = words(
  "nextcursor nextpagetoken nexttoken nextpagecursor continuationtoken continuation nextcontinuationtoken nextmarker " +
    "endcursor scrollid nextid nextpageid nextkey cursornext bookmark nextbookmark pagingtoken nextpagingtoken " +
    "nextstartkey lastevaluatedkey resumptiontoken aftercursor nextafter nextiterator nextskiptoken",
);
/** Fields that stay set on the last page, so that something else has to tell the end. */
const LASTING_CURSORS = words("endcursor cursor after aftercursor scrollid lastevaluatedkey bookmark");
const LINK_FIELDS = words(
  "next nexturl nexturi nextlink nexthref nextpageurl nextpageuri nextpagelink nextpage nextrecordsurl odatanextlink",
);
const TOTAL_PAGES = words(
  "totalpages pages pagecount numpages lastpage totalpage pagestotal pagetotal nbpages",
);
const TOTALS = words(
  "total totalcount totalresults totalitems totalrecords totalelements totalsize totalrows recordstotal odatacount " +
    "numfound totalhits totalentries",
);
const HAS_MORE = words(
  "hasmore hasnext hasnextpage more moreresults hasmoreresults hasmoreitems morerecords",
);
const URL_FORMATS = words("uri url uri-reference iri iri-reference link href");
const DEFAULT_LIMIT = 100;

/** Finds out how a list pages. What tells the next request for sure goes before what has to be counted. */
export function pagingOf(list: PagedList): ListPaging {
  const { answer: { fields }, headers } = list;
  const query = list.parameters.filter(({ place }) => place === "query");
  const page = query.find((each) => PAGE_PARAMETERS.has(plainWord(each.name)) && isWhole(each));
  const offset = query.find((each) => OFFSET_PARAMETERS.has(plainWord(each.name)) && isWhole(each));
  const size = query.find((each) => SIZE_PARAMETERS.has(plainWord(each.name)) && isWhole(each));
  const sized = (paginator: Paging | undefined, written: readonly string[] = []): ListPaging => ({
    paginator,
    params: sizeParams(size, written),
    written,
    isPaged: paginator !== undefined ||
      query.some(({ name }) => PAGING_PARAMETERS.some((each) => each.has(plainWord(name)))),
  });

  const cursor = cursorPaging(query, list);
  if (cursor) return sized(cursor, [String(cursor.cursor_param)]);
  const link = fields.find(isNextLink);
  if (link) return sized({ type: "json_link", next_url_path: link.path });
  if (headers.some((name) => plainWord(name) === "link")) return sized({ type: "header_link" });
  const headerCursor = headerCursorPaging(query, headers);
  if (headerCursor) return sized(headerCursor, [String(headerCursor.cursor_param)]);
  if (page) return sized(pagePaging(page, fields), [page.name]);
  if (offset && size) {
    return { ...offsetPaging(offset, size, fields), written: [offset.name, size.name], isPaged: true };
  }
  return sized(undefined);
}

function cursorPaging(query: readonly Parameter[], { answer, primaryKey }: PagedList): Paging | undefined {
  const parameters = query.filter((each) => CURSOR_PARAMETERS.has(plainWord(each.name)));
  for (const parameter of parameters) {
    const field = cursorField(parameter, answer.fields);
    if (!field) continue;
    const more = LASTING_CURSORS.has(field.word) ? answer.fields.find(isHasMore) : undefined;
    return {
      type: "cursor",
      cursor_path: field.path,
      cursor_param: parameter.name,
      ...(more ? { has_more_path: more.path } : {}),
      // Some cursors are never empty.
      ...(LASTING_CURSORS.has(field.word) && !more ? { stop_after_empty_page: true } : {}),
    };
  }
  const after = parameters.find(({ name }) =>
    /^(?:startingafter|startafter|after|afterid|sinceid|lastid)$/.test(plainWord(name))
  );
  const more = answer.fields.find(isHasMore);
  if (!after || !more || primaryKey.length !== 1) return undefined;
  // The id of the last record is the cursor, as has-more alone tells no other.
  const last = `${answer.keys.length ? normalizedPath(answer.keys) : "$"}[-1]`;
  const [key] = primaryKey;
  const path = /^[A-Za-z_]\w*$/.test(key) ? `${last}.${key}` : `${last}${normalizedPath([key])}`;
  return { type: "cursor", cursor_path: path, cursor_param: after.name, has_more_path: more.path };
}

/** The field that holds the next value of a parameter. */
function cursorField(parameter: Parameter, fields: readonly Field[]): Field | undefined {
  const word = plainWord(parameter.name);
  const isText = parameter.shape.type !== "integer" && parameter.shape.type !== "number";
  const texts = fields.filter((field) => field.shape.type !== "boolean" && !isNextLink(field));
  const same = texts.find((field) =>
    field.word === `next${word}` ||
    (field.word === word && (word.startsWith("next") || isText && word !== "offset"))
  );
  if (same) return same;
  if (word === "offset") {
    return isText ? texts.find((field) => field.word === "offset" && isTextual(field)) : undefined;
  }
  return texts.find((field) => CURSOR_FIELDS.has(field.word)) ??
    texts.find((field) => ["next", "after", "cursor"].includes(field.word) && isAboutPaging(field));
}

function isTextual({ shape }: Field): boolean {
  return shape.type === "string";
}

function isAboutPaging({ keys }: Field): boolean {
  return keys.length === 1 || keys.slice(0, -1).some((key) => /cursor|pag|meta|next/i.test(key));
}

function isHasMore({ word, shape }: Field): boolean {
  return HAS_MORE.has(word) && (shape.type === "boolean" || shape.type === undefined);
}

/** A field that holds the address of the next page. */
function isNextLink({ keys, word, shape }: Field): boolean {
  if (shape.type !== "string" && shape.type !== undefined) return false;
  const outer = plainWord(keys.at(-2) ?? "");
  const isHref = ["href", "url", "uri"].includes(word) && outer === "next";
  if (!isHref && !LINK_FIELDS.has(word)) return false;
  const example = shape.nodes.map((node) => own(node, "example")).find((each) => typeof each === "string");
  return isHref || /url|uri|link|href/.test(word) || /^links?$/.test(outer) ||
    URL_FORMATS.has(shape.format ?? "") ||
    /^(?:https?:\/)?\//.test(String(example ?? ""));
}

function headerCursorPaging(query: readonly Parameter[], headers: readonly string[]): Paging | undefined {
  const parameter = query.find((each) => CURSOR_PARAMETERS.has(plainWord(each.name)));
  const header = headers.find((name) =>
    /^x?(?:ms)?(?:next(?:page)?(?:cursor|token|marker|id)|continuation(?:token)?|cursor)$/.test(
      plainWord(name),
    )
  );
  return parameter && header
    ? { type: "header_cursor", cursor_key: header, cursor_param: parameter.name }
    : undefined;
}

function pagePaging(page: Parameter, fields: readonly Field[]): Paging {
  const base = integerFact(page, "default") ?? integerFact(page, "minimum") ??
    (plainWord(page.name) === "pageindex" ? 0 : 1);
  const total = fields.find((field) => TOTAL_PAGES.has(field.word) && isCount(field));
  const next = fields.find(({ word, shape }) => word === "nextpage" && shape.type === "integer");
  if (!total && next) return { type: "cursor", cursor_path: next.path, cursor_param: page.name };
  const more = total ? undefined : fields.find((field) => isHasMore(field) && field.isRequired);
  return {
    type: "page_number",
    base_page: Math.max(0, base),
    ...(page.name === "page" ? {} : { page_param: page.name }),
    total_path: total?.path ?? null,
    ...(more ? { has_more_path: more.path } : {}),
  };
}

function offsetPaging(
  offset: Parameter,
  size: Parameter,
  fields: readonly Field[],
): Omit<ListPaging, "written" | "isPaged"> {
  const limit = documentedMaximum(size) ?? integerFact(size, "default") ?? DEFAULT_LIMIT;
  const base = Math.max(0, integerFact(offset, "minimum") ?? integerFact(offset, "default") ?? 0);
  const isFromOne = base === 1 && /index|position/.test(plainWord(offset.name));
  // A list of pages that tells its neighbours counts all records, whatever it calls the number.
  const isCounted = fields.some(({ word }) => word === "previous" || word === "prev");
  const total = fields.find((field) =>
    isCount(field) && (TOTALS.has(field.word) || (isCounted && field.word === "count"))
  );
  return {
    paginator: {
      type: "offset",
      limit: Math.max(1, limit),
      ...(isFromOne ? { offset: 1 } : {}),
      ...(offset.name === "offset" ? {} : { offset_param: offset.name }),
      ...(size.name === "limit" ? {} : { limit_param: size.name }),
      // A total is compared with an offset from zero.
      total_path: isFromOne ? null : total?.path ?? null,
    },
    params: new Map(),
  };
}

/** A number that every answer has; one that may be null would end the walk with an error. */
function isCount({ shape }: Field): boolean {
  const isNumeric = shape.type === "integer" || shape.type === "number" || shape.type === undefined;
  return isNumeric && !isNullable(shape);
}

function sizeParams(size: Parameter | undefined, written: readonly string[]): ReadonlyMap<string, Literal> {
  const value = size && !written.includes(size.name)
    ? documentedMaximum(size) ?? (size.isRequired ? integerFact(size, "default") ?? DEFAULT_LIMIT : undefined)
    : undefined;
  return new Map(value === undefined ? [] : [[size!.name, value]]);
}
