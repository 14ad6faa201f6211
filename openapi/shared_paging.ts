/**
 * The paginator that most resources share belongs to the client, so that each is written once.
 * @module
 */
import type { Paging, ResourceDescription } from "./description.ts";

/** Kinds that change the first request: an API that does not page would be asked the wrong thing. */
const COUNTING_KINDS = ["page_number", "offset"];

/**
 * Takes the most frequent paginator out of the resources that share it. It stays where it is when there are
 * pages whose way is not known, because the client's paginator would keep it from being found out.
 */
export function sharePaginator(
  resources: readonly ResourceDescription[],
): { paginator?: Paging; resources: ResourceDescription[] } {
  const active = resources.filter(({ suggested, paginator }) =>
    !suggested && paginator?.type !== "single_page"
  );
  const counts = new Map<string, number>();
  for (const { paginator } of active) {
    const text = paginator && JSON.stringify(paginator);
    if (text) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const [text, count] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), ["", 0]);
  const isUnsure = active.some(({ paginator, isPaged }) => !paginator && isPaged);
  if (!text || isUnsure || count * 2 < active.length) return { resources: [...resources] };
  const paginator: Paging = JSON.parse(text);
  return { paginator, resources: resources.map((each) => without(each, paginator, text)) };
}

function without(resource: ResourceDescription, shared: Paging, text: string): ResourceDescription {
  const { paginator, endsInParameter } = resource;
  // Where the path ends in a parameter the client's paginator does not count.
  if (endsInParameter) return resource;
  if (JSON.stringify(paginator) === text) return { ...resource, paginator: undefined };
  if (paginator || !COUNTING_KINDS.includes(shared.type)) return resource;
  return { ...resource, paginator: { type: "single_page" } };
}
