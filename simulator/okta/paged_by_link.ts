/**
 * Lists as the simulated API gives them, for faults that change a page: an array of records, and the way on in
 * a `Link` header.
 *
 * @module
 */

import type { PagedList } from "./fault_kinds.ts";
import { elementsOf } from "./losslessly.ts";
import type { Reply } from "./reply.ts";

function lines({ headers }: Reply): string[] {
  return [headers.link ?? []].flat();
}

/** An array in the body, links in a header. */
export const pagedByLink: PagedList = {
  records: ({ body }) => body.startsWith("[") ? elementsOf(body) : undefined,
  withRecords: (reply, records) => ({ ...reply, body: `[${records.join(",")}]`, items: records.length }),
  next: (reply) => /<([^>]*)>;\s*rel="?next"?/.exec(lines(reply).join(", "))?.[1],
  withNext(reply, url) {
    const kept = lines(reply).filter((line) => !line.includes("next"));
    const link = url === undefined ? kept : [...kept, `<${url}>; rel="next"`];
    return { ...reply, headers: { ...reply.headers, link } };
  },
};
