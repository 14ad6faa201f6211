/**
 * Serves pages of bytes with links in headers, as a process of its own so that serving does not share a core's
 * time with what is measured; counts requests, takes its time and keeps a budget where told.
 * @module
 */
import { scaledClock } from "./scaled_clock.ts";
import type { Budget, Dataset, LoadScenario, ServerBehaviour } from "./scenario.ts";

/** What clients have asked for since the counts were forgotten. */
export interface ServerCounts {
  readonly requests: number;
  /** Each minute of the budget, the last one still open. */
  readonly minutes: readonly Minute[];
}

/** Requests of a minute: those within the budget and those beyond it. */
export interface Minute {
  readonly answered: number;
  readonly refused: number;
}

/** A running server; disposing it stops it. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  /** The counts since this was asked last. */
  counts(): Promise<ServerCounts>;
}

const COUNTS = "/_bench/counts";

/** Serves in this process. */
export function serve(dataset: Dataset, behaviour: ServerBehaviour = {}): Server {
  const { latencyMs, budget } = behaviour;
  let requests = 0;
  let keeper = budget && new BudgetKeeper(budget);
  const takeCounts = (): ServerCounts => {
    const counts = { requests, minutes: keeper?.minutes ?? [] };
    requests = 0;
    keeper = budget && new BudgetKeeper(budget);
    return counts;
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const url = new URL(request.url);
    if (url.pathname === COUNTS) return Response.json(takeCounts());
    requests++;
    const headers = new Headers({ "content-type": "application/json" });
    const refusal = keeper?.admit(headers);
    if (refusal) return refusal;
    if (latencyMs) await new Promise((resolve) => setTimeout(resolve, latencyMs));
    const answer = dataset(url);
    if (!answer) return new Response(null, { status: 404 });
    if (answer.next !== undefined) headers.set("link", `<${url.origin}${answer.next}>; rel="next"`);
    return new Response(answer.body, { headers });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    counts: () => Promise.resolve(takeCounts()),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

class BudgetKeeper {
  readonly #now: () => number;
  readonly #perMinute: number;
  readonly minutes: { answered: number; refused: number }[] = [];
  #ends = 0;

  constructor({ perMinute, timeScale }: Budget) {
    this.#perMinute = perMinute;
    this.#now = scaledClock(timeScale);
  }

  /** Tells the budget, and refuses what is beyond it. */
  admit(headers: Headers): Response | undefined {
    const now = this.#now();
    if (now >= this.#ends) {
      // Resets are told in whole seconds.
      this.#ends = Math.floor(now / 1000) * 1000 + 60_000;
      this.minutes.push({ answered: 0, refused: 0 });
    }
    const minute = this.minutes.at(-1)!;
    const isRefused = minute.answered >= this.#perMinute;
    if (isRefused) minute.refused++;
    else minute.answered++;
    headers.set("date", new Date(now).toUTCString());
    headers.set("x-rate-limit-limit", String(this.#perMinute));
    headers.set("x-rate-limit-remaining", String(this.#perMinute - minute.answered));
    headers.set("x-rate-limit-reset", String(this.#ends / 1000));
    return isRefused ? new Response("[]", { status: 429, headers }) : undefined;
  }
}

/** Starts a process that serves this many records. */
export async function startServer({ name }: LoadScenario, records: number): Promise<Server> {
  const script = new URL("./serve.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", script, name, String(records)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  if (!value) throw new Error(`Cannot serve "${name}": the process ended`);
  const url = value.trim();
  return {
    url,
    counts: async () => await (await fetch(url + COUNTS)).json(),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel().catch(() => {});
      await child.status;
    },
  };
}
