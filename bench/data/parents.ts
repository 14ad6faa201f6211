/**
 * Parents, each with one small page of children.
 * @module
 */
import type { JsonObject } from "../../pipeline/json.ts";
import type { Dataset } from "../scenario.ts";
import { FIRST_SERIAL, list, pageMaker, SERIAL } from "./template.ts";

const PAGE_RECORDS = 1000;
/** Children of each parent. */
export const CHILDREN = 3;

const childPath = (id: number | string) => `/parents/${id}/children`;

/** The list of parents and a list per parent. */
export function parentsDataset(parents: number): Dataset {
  const parentList = list(
    "/parents",
    parents,
    pageMaker((index) => `{"id":${SERIAL},"name":"parent ${index}"}`, PAGE_RECORDS),
    PAGE_RECORDS,
  );
  const children = pageMaker((index) => `{"id":${SERIAL},"kind":"kind ${index}","size":${index}}`, CHILDREN);
  return (url) => {
    const [, id] = /^\/parents\/(\d+)\/children$/.exec(url.pathname) ?? [];
    if (id === undefined) return parentList(url);
    return { body: children((Number(id) - FIRST_SERIAL) * CHILDREN, CHILDREN) };
  };
}

/** First pages of all lists. */
export function parentsStarts(parents: number): string[] {
  return ["/parents", ...Array.from({ length: parents }, (_, index) => childPath(FIRST_SERIAL + index))];
}

/** Both as resources. */
export const PARENTS_RESOURCES: readonly JsonObject[] = [
  { name: "parents", endpoint: { path: "/parents", data_selector: "$", paginator: "header_link" } },
  {
    name: "children",
    // What dlt needs to be told to read several parents at once.
    parallelized: true,
    include_from_parent: ["id"],
    endpoint: { path: childPath("{resources.parents.id}"), data_selector: "$", paginator: "single_page" },
  },
];
