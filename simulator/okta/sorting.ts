/**
 * Lists in the order of an attribute. The order is fixed when a pass begins and remembered for its later pages.
 *
 * @module
 */

import type { Call } from "./call.ts";
import type { RowSource } from "./paging.ts";

/** What is to be sorted. */
export interface SortedList {
  readonly end: number;
  isShown(index: number): boolean;
  value(index: number): unknown;
  text(index: number): string;
}

/** Passes whose order is remembered at a time. */
const REMEMBERED = 4;
const orders = new Map<string, Uint32Array>();

/** The rows in the order `sortBy` and `sortOrder` ask for, ties in the order of ids. */
export function sortedBy(call: Call, list: SortedList): RowSource {
  const { seed, startedAt } = call.organisation;
  const query = ["search", "sortBy", "sortOrder"].map((name) => call.query.get(name)).join("\n");
  const pass = `${seed} ${startedAt} ${call.startedAt} ${call.caller.name} ${call.path} ${query}`;
  let order = orders.get(pass);
  if (!order) {
    orders.set(pass, order = orderOf(list, call.query.get("sortOrder")?.toLowerCase() === "desc"));
    if (orders.size > REMEMBERED) orders.delete(orders.keys().next().value!);
  }
  const places = order;
  return {
    *keys(after) {
      for (let place = typeof after === "number" ? after + 1 : 0; place < places.length; place++) yield place;
    },
    text: (place) => list.text(places[place as number]),
  };
}

function orderOf({ end, isShown, value }: SortedList, isDescending: boolean): Uint32Array {
  const rows: { index: number; value: string | number }[] = [];
  for (let index = 0; index < end; index++) {
    if (!isShown(index)) continue;
    const found = value(index);
    rows.push({ index, value: typeof found === "number" ? found : String(found ?? "") });
  }
  const sign = isDescending ? -1 : 1;
  rows.sort((a, b) => (a.value < b.value ? -sign : a.value > b.value ? sign : a.index - b.index));
  return Uint32Array.from(rows, ({ index }) => index);
}
