/**
 * An API that repeats in every place of its answers whatever it is told: headers, addresses, bodies, errors, links and
 * redirects, in plain and encoded. Holds no tests itself.
 * @module
 */
import { Buffer } from "node:buffer";

/** How the API behaves. */
export const BEHAVIOURS = {
  fine: "two pages, with everything that was sent repeated beside the records",
  records: "records that hold what was sent",
  refuse: "403 with an error that repeats everything",
  unauthorized: "401 with a challenge that repeats everything",
  fail: "500 with an error that repeats everything",
  invalid: "a body that is no JSON",
  html: "a page for a browser",
  redirect: "a redirect within the origin, with everything in its address",
  elsewhere: "a redirect to another server, with everything in its address",
  next_elsewhere: "a next link to another server, with everything in its address",
  stall: "one page, then nothing more",
} as const;
/** One of {@link BEHAVIOURS}. */
export type Behaviour = keyof typeof BEHAVIOURS;

/** The API, and another server that credentials must never reach. */
export interface LeakyApi extends AsyncDisposable {
  readonly url: string;
  behaviour: Behaviour;
  /** All that the other server was sent. */
  readonly elsewhere: string[];
  /** All that the API was sent. */
  readonly heard: string[];
  /** Comes true when a request stalls. */
  stalled(): Promise<void>;
}

/** Starts both servers. `token` is what the token endpoint gives out, `cookie` what every answer sets. */
export function startLeakyApi({ token, cookie }: { token: string; cookie: string }): LeakyApi {
  const elsewhere: string[] = [];
  const heard: string[] = [];
  let stall = Promise.withResolvers<void>();
  const over = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const other = Deno.serve(options, async (request) => {
    elsewhere.push(await said(request));
    return Response.json([]);
  });
  const api = Deno.serve(options, async (request) => {
    const text = await said(request);
    heard.push(text);
    const url = new URL(request.url);
    if (url.pathname.endsWith("/token")) {
      if (url.pathname.startsWith("/bad")) return Response.json(tokenError(text), { status: 400 });
      return Response.json({ access_token: token, token_type: "Bearer", expires_in: 3600, echo: text });
    }
    const answer = await answerTo(url, text, {
      behaviour: started.behaviour,
      other: `http://127.0.0.1:${other.addr.port}`,
      stall: async () => {
        stall.resolve();
        stall = Promise.withResolvers();
        await new Promise((resolve) => {
          over.signal.addEventListener("abort", resolve);
          request.signal.addEventListener("abort", resolve);
        });
      },
    });
    answer.headers.append("set-cookie", `session=${cookie}`);
    answer.headers.set("x-request-id", encodeURIComponent(text).slice(0, 2000));
    return answer;
  });
  const started: LeakyApi = {
    url: `http://127.0.0.1:${api.addr.port}`,
    behaviour: "fine",
    elsewhere,
    heard,
    stalled: () => stall.promise,
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.all([api.shutdown(), other.shutdown()]);
    },
  };
  return started;
}

async function said(request: Request): Promise<string> {
  return [request.url, ...[...request.headers].map((pair) => pair.join(": ")), await request.text()].join(
    "\n",
  );
}

function tokenError(text: string): Record<string, string> {
  return { error: "invalid_client", error_description: `no such client: ${text}` };
}

/** Everything that was sent, as texts that an API could put into a sentence. */
function echo(text: string): Record<string, unknown> {
  const lines = text.split("\n");
  return {
    message: lines.filter((line) => /cnry/.test(line)).join(" ").slice(0, 300),
    lines,
    encoded: lines.map(encodeURIComponent),
    base64: lines.map((line) => Buffer.from(line).toString("base64")),
    slashes: lines.map((line) => JSON.stringify(line).replaceAll("/", "\\/")),
  };
}

interface Circumstances {
  readonly behaviour: Behaviour;
  readonly other: string;
  stall(): Promise<void>;
}

async function answerTo(
  url: URL,
  text: string,
  { behaviour, other, stall }: Circumstances,
): Promise<Response> {
  const query = new URLSearchParams(url.search);
  query.set("page", "2");
  query.set("echo", text.slice(0, 1500));
  const next = `${url.origin}${url.pathname}?${query}`;
  const isSecond = url.searchParams.get("page") === "2";
  const page = (link: string) =>
    Response.json({ items: [{ id: isSecond ? 2 : 1 }], next: isSecond ? null : link, echo: echo(text) });
  switch (behaviour) {
    case "records":
      return Response.json({ items: [{ id: 1, echo: echo(text) }], next: null });
    case "refuse":
    case "fail":
      return Response.json({ error: echo(text).message, errors: [echo(text)], detail: text }, {
        status: behaviour === "fail" ? 500 : 403,
      });
    case "unauthorized":
      return Response.json(echo(text), {
        status: 401,
        headers: {
          "www-authenticate": `Bearer error="insufficient_scope", scope="${encodeURIComponent(text)}"`,
        },
      });
    case "invalid":
      return new Response(`{"items": [${text}`, { headers: { "content-type": "application/json" } });
    case "html":
      return new Response(`<html><title>${text}</title></html>`, {
        headers: { "content-type": "text/html" },
      });
    case "redirect":
      if (url.pathname === "/moved") return page(next);
      return new Response(null, { status: 302, headers: { location: `/moved?${query}` } });
    case "elsewhere":
      return new Response(null, { status: 302, headers: { location: `${other}/moved?${query}` } });
    case "next_elsewhere":
      return page(`${other}/items?${query}`);
    case "stall":
      if (isSecond) await stall();
      return page(next);
    default:
      return page(next);
  }
}
