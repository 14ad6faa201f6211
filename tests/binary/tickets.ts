/**
 * An imitation of a small API, and the module that a user has written for it: tickets by page, filtered by
 * when they changed. A page can be held back, so that a run stands still at a known place. Holds no tests.
 * @module
 */

/** The API. */
export interface TicketApi extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** Queries of all requests so far; may be emptied. */
  readonly seen: string[];
  /** Changes a ticket, or adds one. */
  put(id: number, title: string): void;
  /** Holds page `number` back; resolves when it is asked for. */
  hold(number: number): Promise<void>;
  /** Answers what was held back. */
  release(): void;
}

const PAGE = 10;
const START = Date.UTC(2026, 0, 1);

/** Serves so many tickets on 127.0.0.1. */
export function startTicketApi(count: number): TicketApi {
  const token = "tk-0123456789abcdef";
  const seen: string[] = [];
  const tickets = new Map<number, { id: number; title: string; changed_at: string }>();
  let changes = 0;
  const put = (id: number, title: string) => {
    tickets.delete(id);
    tickets.set(id, { id, title, changed_at: new Date(START + 60_000 * changes++).toISOString() });
  };
  for (let id = 1; id <= count; id++) put(id, `Ticket ${id}`);
  let held: { page: number; asked: () => void; released: Promise<void>; release: () => void } | undefined;

  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.headers.get("authorization") !== `Bearer ${token}`) {
      return Response.json({ error: "not signed in" }, { status: 401 });
    }
    if (pathname !== "/v1/tickets") return Response.json({ error: "no such path" }, { status: 404 });
    seen.push(searchParams.toString());
    const page = Number(searchParams.get("page") ?? 1);
    if (held?.page === page) {
      held.asked();
      await held.released;
    }
    const since = searchParams.get("changed_since") ?? "";
    const found = [...tickets.values()].filter(({ changed_at }) => changed_at >= since);
    const end = page * PAGE;
    return Response.json({
      tickets: found.slice(end - PAGE, end),
      next: end < found.length ? page + 1 : null,
    });
  });

  return {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    token,
    seen,
    put,
    hold(page) {
      const asked = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      held = { page, asked: asked.resolve, released: released.promise, release: released.resolve };
      return asked.promise;
    },
    release() {
      held?.release();
      held = undefined;
    },
    async [Symbol.asyncDispose]() {
      held?.release();
      await server.shutdown();
    },
  };
}

/** The user's files: the module uses the library when it runs, a type of it, and files beside it. */
export const ticketFiles: Readonly<Record<string, string>> = {
  "tickets.ts": `import { cursor, defineSource, type RestApiConfig } from "@sluice/sluice";
import { titleOf } from "./lib/titles.ts";
import settings from "./lib/settings.ts";

export default defineSource("tickets", {
  base_url: { type: "text", required: true, help: "Where the API lives." },
  access_token: { type: "text", secret: true, required: true, help: "A token." },
}, ({ base_url, access_token }): RestApiConfig => ({
  client: { base_url, auth: { type: "bearer", token: access_token } },
  resources: [{
    name: "tickets",
    primary_key: "id",
    write_disposition: "merge",
    endpoint: {
      path: "tickets",
      data_selector: "tickets",
      paginator: cursor({ cursor_path: "next", cursor_param: "page" }),
      incremental: { cursor_path: "changed_at", start_param: "changed_since", initial_value: settings.start },
    },
    processing_steps: [{ map: titleOf }],
  }],
}));
`,
  "lib/titles.ts": `export function titleOf<T extends { title?: unknown }>(ticket: T): T & { loud: string } {
  return { ...ticket, loud: String(ticket.title).toUpperCase() };
}
`,
  "lib/settings.ts": `export default { start: "2025-12-31T00:00:00Z" };\n`,
};

/** The variables that tell the module where the API is. */
export function ticketEnvironment({ url, token }: Pick<TicketApi, "url" | "token">): Record<string, string> {
  return { SOURCES__TICKETS__BASE_URL: url, SOURCES__TICKETS__ACCESS_TOKEN: token };
}
