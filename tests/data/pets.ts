/**
 * A small API and a source that reads it: a merged table with lists in it, one that is appended to by a cursor,
 * one that is replaced. The API changes from generation to generation.
 * @module
 */
import { defineSource } from "../../mod.ts";

/** Pages of the list of cats. */
export const API_PAGES = 3;
const PER_PAGE = 2;

/** The records of a resource in a generation. */
export function truthOf(resource: string, generation: number): Record<string, unknown>[] {
  const at = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString();
  const ids = Array.from({ length: API_PAGES * PER_PAGE }, (_, n) => n + 1);
  if (resource === "cats") {
    return ids.map((id) => ({
      id,
      name: `cat ${id} of ${generation}`,
      toys: [{ toy: id }, { toy: generation }],
    }));
  }
  if (resource === "log") {
    return Array.from({ length: 4 * (generation + 1) }, (_, n) => ({ event: `e${n}`, at: at(n) }));
  }
  return [{ kind: `kind ${generation}` }];
}

/** Serves the API on loopback. `failAt` breaks one page of the cats from now on. */
export function servePets(generation: () => number) {
  let broken: number | undefined;
  const requests: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const url = new URL(request.url);
    requests.push(`${url.pathname}${url.search}`);
    const resource = url.pathname.slice(1);
    const page = Number(url.searchParams.get("page") ?? 1);
    const since = url.searchParams.get("since");
    if (resource === "cats" && page === broken) return new Response("{}", { status: 404 });
    const records = truthOf(resource, generation()).filter(({ at }) => !since || String(at) >= since);
    if (resource !== "cats") return Response.json({ data: records });
    const data = records.slice((page - 1) * PER_PAGE, page * PER_PAGE);
    return Response.json({ data, ...(page < API_PAGES && { next: `/cats?page=${page + 1}` }) });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    failAt: (page?: number) => broken = page,
    close: () => server.shutdown(),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The source. */
export const pets = (url: string, name?: string) => definePets(url, name)();

/** The source as a module has it. */
export function definePets(url: string, name = "pets") {
  // Beside another source of the kind, tables have its name in front.
  const table_name = (table: string) => name === "pets" ? table : `${name}_${table}`;
  return defineSource(name, {}, () => ({
    client: { base_url: url, paginator: { type: "json_link", next_url_path: "next" } },
    resource_defaults: { endpoint: { data_selector: "data" } },
    resources: [
      {
        name: "cats",
        table_name: table_name("cats"),
        primary_key: "id",
        write_disposition: "merge",
        endpoint: "cats",
      },
      {
        name: "log",
        table_name: table_name("log"),
        write_disposition: "append",
        endpoint: { path: "log", incremental: { cursor_path: "at", start_param: "since" } },
      },
      { name: "kinds", table_name: table_name("kinds"), write_disposition: "replace", endpoint: "kinds" },
    ],
  }));
}
