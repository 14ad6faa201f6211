/**
 * Faults of lists: links that lead nowhere good, and pages that hold other records than they should.
 *
 * @module
 */

import { type FaultKinds, type FaultSite, placeOf } from "./fault_kinds.ts";
import type { Reply } from "./reply.ts";

/** The reply with other records, where it is a page. */
function changed(reply: Reply, { list }: FaultSite, change: (records: string[]) => readonly string[]): Reply {
  const records = list.records(reply);
  return records ? list.withRecords(reply, change(records)) : reply;
}

/** The reply with another link, where pages have links. */
function linked(reply: Reply, { list }: FaultSite, url: string | undefined): Reply {
  return reply.status === 200 && list.withNext ? list.withNext(reply, url) : reply;
}

/** The present page by an address that differs in a parameter nobody reads. */
function sameAgain({ url, origin }: FaultSite, turn: string): string {
  const query = new URLSearchParams(url.search);
  query.set("turn", turn);
  return `${origin}${url.pathname}?${query}`;
}

function pageBefore({ memory, url }: FaultSite): readonly string[] {
  return memory.pages.get(url.pathname) ?? [];
}

/** The kinds. */
export const PAGE_FAULTS: FaultKinds<
  | "endless-next"
  | "foreign-next"
  | "odd-next"
  | "broken-next"
  | "empty-page"
  | "shuffled-page"
  | "repeated-record"
  | "moved-record"
  | "repeated-page"
  | "lost-record"
  | "lost-next"
  | "no-records"
> = {
  "endless-next": {
    group: "pages",
    help: "a next link to the same page, or to one that leads back to it",
    deceives: "appending",
    samples: [{}, { isCycle: true }],
    spoil(reply, { isCycle }, site) {
      const { url, origin } = site;
      const turn = url.searchParams.get("turn") === "1" ? "2" : "1";
      return linked(reply, site, isCycle ? sameAgain(site, turn) : origin + url.pathname + url.search);
    },
  },
  "foreign-next": {
    group: "pages",
    help: "a next link to another origin",
    samples: [
      { origin: "http://127.0.0.2:9" },
      { origin: "https://127.0.0.1" },
      { origin: "http://api.example" },
    ],
    spoil: (reply, { origin }, site) => linked(reply, site, origin + site.url.pathname + site.url.search),
  },
  "odd-next": {
    group: "pages",
    help: "a next link that only looks like one of this origin, or is no address",
    samples: ["//127.0.0.2:9/api", "file:///etc/passwd", "javascript:alert(1)", "http://[broken"].map((
      url,
    ) => ({
      url,
    })),
    spoil: (reply, { url }, site) => linked(reply, site, url),
  },
  "broken-next": {
    group: "pages",
    help: "a next link whose syntax is wrong",
    samples: [{ how: "unclosed" }, { how: "empty" }],
    spoil(reply, { how }, site) {
      const { list } = site;
      if (reply.status !== 200 || !list.next?.(reply) || !reply.headers.link) return reply;
      const good = [reply.headers.link].flat().join(", ");
      const link = how === "empty"
        ? good.replace(/<[^>]*>(;\s*rel="next")/, "<>$1")
        : good.replace(/>(;\s*rel="next")/, "$1");
      return { ...reply, headers: { ...reply.headers, link } };
    },
  },
  "empty-page": {
    group: "pages",
    help: "an empty page that leads to the real one",
    spoil(reply, _action, site) {
      const { url, list } = site;
      if (url.searchParams.has("turn") || !list.withNext || !list.records(reply)) return reply;
      return linked(list.withRecords(reply, []), site, sameAgain(site, "1"));
    },
  },
  "shuffled-page": {
    group: "pages",
    help: "the records of a page in another order",
    spoil: (reply, _action, site) => changed(reply, site, (records) => records.toReversed()),
  },
  "repeated-record": {
    group: "pages",
    help: "records of the page before once more, as when a list grows in front while it is read",
    deceives: "appending",
    spoil: (reply, _action, site) =>
      changed(reply, site, (records) => [...pageBefore(site).slice(-2), ...records]),
  },
  "moved-record": {
    group: "pages",
    help: "the last record of a page comes on the next one instead",
    // Who reads ahead may have the next one already.
    deceives: "everybody",
    spoil(reply, _action, site) {
      const { list, memory } = site;
      const next = list.next?.(reply);
      if (next === undefined || memory.held.has(placeOf(next))) return reply;
      return changed(reply, site, (records) => {
        if (records.length) memory.held.set(placeOf(next), records.at(-1)!);
        return records.slice(0, -1);
      });
    },
  },
  "repeated-page": {
    group: "pages",
    help: "the records of the page before in place of the present ones",
    deceives: "everybody",
    spoil: (reply, _action, site) => changed(reply, site, () => pageBefore(site)),
  },
  "lost-record": {
    group: "pages",
    help: "a record is missing, as when a list shrinks in front while it is read",
    deceives: "everybody",
    spoil: (reply, _action, site) => changed(reply, site, (records) => records.slice(1)),
  },
  "lost-next": {
    group: "pages",
    help: "a page that leads on says it is the last",
    deceives: "everybody",
    spoil: (reply, _action, site) => linked(reply, site, undefined),
  },
  "no-records": {
    group: "pages",
    help: "an empty list that says it is all there is",
    deceives: "everybody",
    spoil: (reply, _action, site) => linked(changed(reply, site, () => []), site, undefined),
  },
};
