/**
 * Pages made from a template: the same records on every page, each with a number of its own. Making a page is
 * a copy of bytes and some digits, so that a server of any number of records is cheap and needs no memory.
 * @module
 */
import type { Answer, Dataset } from "../scenario.ts";

/** Stands for the record's number, wherever it is in the text: ten digits, so that all pages are of one length. */
export const SERIAL = "##########";
/** The number of the first record. */
export const FIRST_SERIAL = 1_000_000_000;

const MARK = SERIAL.charCodeAt(0);
const CLOSE = "]".charCodeAt(0);
const ZERO = "0".charCodeAt(0);

/** Makes the page of `count` records that starts with the record `first`. */
export type PageMaker = (first: number, count: number) => Uint8Array<ArrayBuffer>;

/**
 * A template of `pageRecords` records.
 *
 * @param record text of the nth record of a page, with {@link SERIAL} in it
 * @param stride what numbers go up by
 */
export function pageMaker(record: (index: number) => string, pageRecords: number, stride = 1): PageMaker {
  const encoder = new TextEncoder();
  const texts = Array.from({ length: pageRecords }, (_, index) => encoder.encode(record(index)));
  const template = encoder.encode(`[${texts.map(() => "").join(",")}]`);
  const page = new Uint8Array(template.length + texts.reduce((sum, { length }) => sum + length, 0));
  page[0] = "[".charCodeAt(0);
  const ends: number[] = [];
  const marks: { at: number; index: number }[] = [];
  let at = 1;
  for (const [index, text] of texts.entries()) {
    page.set(text, at);
    for (let mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, mark + SERIAL.length)) {
      marks.push({ at: at + mark, index });
    }
    at += text.length;
    ends.push(at);
    page[at++] = index === pageRecords - 1 ? CLOSE : ",".charCodeAt(0);
  }
  return (first, count) => {
    if (count === 0) return encoder.encode("[]");
    const copy = page.slice(0, ends[count - 1] + 1);
    copy[copy.length - 1] = CLOSE;
    for (const mark of marks) {
      if (mark.index >= count) break;
      let rest = FIRST_SERIAL + (first + mark.index) * stride;
      for (let place = mark.at + SERIAL.length - 1; place >= mark.at; place--) {
        copy[place] = ZERO + rest % 10;
        rest = Math.floor(rest / 10);
      }
    }
    return copy;
  };
}

/** A list of `records` records at `path`, in pages; what else is in the query stays in the links. */
export function list(path: string, records: number, make: PageMaker, pageRecords: number): Dataset {
  return (url) => {
    if (url.pathname !== path) return undefined;
    const page = Number(url.searchParams.get("page") ?? 0);
    const first = page * pageRecords;
    const count = Math.max(0, Math.min(pageRecords, records - first));
    return { body: make(first, count), next: first + count < records ? pageLink(url, page + 1) : undefined };
  };
}

/** Pages that are kept as they are. */
export function keptPages(path: string, pages: readonly Uint8Array<ArrayBuffer>[]): Dataset {
  return (url): Answer | undefined => {
    const page = Number(url.searchParams.get("page") ?? 0);
    if (url.pathname !== path || !pages[page]) return undefined;
    return { body: pages[page], next: page + 1 < pages.length ? pageLink(url, page + 1) : undefined };
  };
}

function pageLink(url: URL, page: number): string {
  const query = new URLSearchParams(url.searchParams);
  query.set("page", String(page));
  return `${url.pathname}?${query}`;
}
