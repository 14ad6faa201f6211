/**
 * A visitor: the smallest client that can read the simulator, for tests of the simulator itself. It follows
 * `next` links and nothing else; it is deliberately not the client of the engine.
 *
 * @module
 */

/** A response whose body has been read. */
export interface Visit {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- tests look at whatever came back
  readonly body: any;
  /** The URL of the next page. */
  readonly next: string | undefined;
}

/** What a visitor may add to a request. */
export interface VisitOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** `Authorization`; an empty text sends none. */
  readonly authorization?: string;
}

/** A list that has been followed to its end. */
export interface Walk {
  readonly records: Record<string, unknown>[];
  readonly pages: Visit[];
}

/** A client of one simulator. */
export class Visitor {
  readonly #sim: { readonly url: string; readonly token: string };

  constructor(sim: { readonly url: string; readonly token: string }) {
    this.#sim = sim;
  }

  /** Makes one request; `path` is a path or a whole URL. */
  async visit(path: string, options: VisitOptions = {}): Promise<Visit> {
    const url = path.startsWith("http") ? path : this.#sim.url + path;
    const authorization = options.authorization ?? `SSWS ${this.#sim.token}`;
    const headers = { ...(authorization && { authorization }), ...options.headers };
    const { method = "GET", body = null } = options;
    const response = await fetch(url, { method, headers, body, redirect: "manual" });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: parsed(text),
      next: nextOf(response),
    };
  }

  /** Follows a list to its end, or to its first empty page when it is the polled log. */
  async walk(path: string, options: VisitOptions & { readonly atMost?: number } = {}): Promise<Walk> {
    const records: Record<string, unknown>[] = [];
    const pages: Visit[] = [];
    const isPolling = path.includes("/logs") && !path.includes("until=") && !path.includes("DESCENDING");
    let next: string | undefined = path;
    while (next !== undefined && pages.length < (options.atMost ?? 10_000)) {
      const page: Visit = await this.visit(next, options);
      if (page.status !== 200) {
        throw new Error(`Cannot walk "${path}": page ${pages.length + 1} is ${page.status}`);
      }
      pages.push(page);
      records.push(...page.body);
      next = isPolling && page.body.length === 0 ? undefined : page.next;
    }
    return { records, pages };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nextOf({ headers }: Response): string | undefined {
  const links = headers.get("link") ?? "";
  return /<([^>]*)>\s*;\s*rel="?next"?/.exec(links)?.[1];
}

/** The ids of records, in order. */
export function idsOf(records: Iterable<Record<string, unknown>>): string[] {
  return [...records].map((record) => String(record.id ?? record.uuid));
}

/** Percent-encodes an expression for a query. */
export function query(parameters: Readonly<Record<string, string | number>>): string {
  return new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
    .toString();
}
