/**
 * Serves the pages of cases on loopback: `/<section>/<case>/<run>/<number of the resource>?page=<n>`. The
 * next page is named in the `Link` header.
 * @module
 */
import { stringifyJson } from "../../pipeline/json.ts";
import type { Case } from "./case.ts";

/** A server that is running. */
export interface CaseServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly base: string;
}

/** Serves all pages of these cases. */
export function serveCases(cases: readonly Case[]): CaseServer {
  const byName = new Map(cases.map((each) => [each.name, each]));
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    const [section, file, run, resource] = url.pathname.slice(1).split("/").map(decodeURIComponent);
    const found = byName.get(`${section}/${file}`);
    const name = found && Object.keys(found.resources)[Number(resource)];
    if (name === undefined) return new Response("no such case", { status: 404 });
    const pages = found!.runs[Number(run)]?.pages[name] ?? [[]];
    const number = Number(url.searchParams.get("page") ?? 0);
    const page = pages[number] ?? [];
    const headers = new Headers({ "content-type": "application/json" });
    if (number + 1 < pages.length) {
      headers.set("link", `<${url.origin}${url.pathname}?page=${number + 1}>; rel="next"`);
    }
    return new Response(typeof page === "string" ? page : stringifyJson(page), { headers });
  });
  return {
    base: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
