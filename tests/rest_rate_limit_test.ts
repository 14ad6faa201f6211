/**
 * The rate limiter in virtual time: against a server that counts, it never asks for more than it may.
 * @module
 */
import assert from "assert";
import fc from "property";
import { ConfigError, SluiceError } from "../pipeline/errors.ts";
import type { RunEvent } from "../pipeline/events.ts";
import { RateLimiter } from "../rest/rate_limit.ts";
import { ServerClock, type Timer } from "../rest/timer.ts";
import type { RateLimitConfig } from "../rest/types.ts";

const HEADERS: RateLimitConfig = {
  limit_header: "x-limit",
  remaining_header: "x-remaining",
  reset_header: "x-reset",
};
const URL = "https://api.example.com/users";
const START = Date.parse("2026-03-01T00:00:00Z");

/** Time that moves only when everybody sleeps. */
class VirtualTimer implements Timer {
  #now = START;
  #order = 0;
  #sleepers: { at: number; order: number; wake: () => void }[] = [];
  now(): number {
    return this.#now;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.#sleepers.push({ at: this.#now + ms, order: this.#order++, wake: resolve });
    });
  }
  /** Runs until nobody sleeps any more. */
  async run(): Promise<void> {
    for (;;) {
      // A macrotask: all promise reactions of the last step are through.
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#sleepers.sort((a, b) => a.at - b.at || a.order - b.order).shift();
      if (!next) return;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }
}
// deno-lint-ignore no-explicit-any
const setImmediate = (globalThis as any).setImmediate as (f: (value?: unknown) => void) => void;

/** A fixed-window limit as APIs have it: the window begins with its first request. */
class CountingServer {
  readonly perWindow: number[] = [];
  rejected = 0;
  #windowEnd = -Infinity;
  readonly #limit: number;
  readonly #windowMs: number;
  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }
  answer(now: number): { status: number; headers: Headers } {
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + this.#windowMs;
      this.perWindow.push(0);
    }
    const isOver = this.perWindow.at(-1)! >= this.#limit;
    if (isOver) this.rejected++;
    else this.perWindow[this.perWindow.length - 1]!++;
    const headers = new Headers({
      date: new Date(now).toUTCString(),
      "x-limit": String(this.#limit),
      "x-remaining": String(this.#limit - this.perWindow.at(-1)!),
      "x-reset": String(Math.ceil(this.#windowEnd / 1000)),
    });
    return { status: isOver ? 429 : 200, headers };
  }
}

function setUp(config: RateLimitConfig, maxConcurrency = 8, origin?: string) {
  const timer = new VirtualTimer();
  const clock = new ServerClock(timer);
  const events: RunEvent[] = [];
  const controller = new AbortController();
  const emit = (event: RunEvent) => void events.push(event);
  const { signal } = controller;
  const limiter = new RateLimiter(config, { maxConcurrency, origin, timer, clock, signal, emit });
  /** One request; `answer` is asked at the moment the server sees it. */
  const request = async (
    answer: () => { status: number; headers: Headers } | undefined,
    { toMs = 50, backMs = 50, url = URL, account = { waitedMs: 0, waits: 0 } } = {},
  ) => {
    const permit = await limiter.acquire({ method: "GET", url }, account);
    await timer.sleep(toMs);
    const answered = answer();
    await timer.sleep(backMs);
    if (answered) clock.observe(answered.headers);
    return permit.finish(answered);
  };
  return { timer, clock, events, controller, limiter, request };
}

const traffic = fc.record({
  limit: fc.integer({ min: 1, max: 12 }),
  share: fc.constantFrom(1, 0.5, 0.25),
  windowMs: fc.constantFrom(1_000, 10_000, 60_000),
  skewMs: fc.integer({ min: -7_200_000, max: 7_200_000 }),
  concurrency: fc.integer({ min: 1, max: 10 }),
  requests: fc.array(
    fc.record({
      startMs: fc.integer({ min: 0, max: 5_000 }),
      toMs: fc.integer({ min: 0, max: 15_000 }),
      backMs: fc.integer({ min: 0, max: 15_000 }),
    }),
    { minLength: 1, maxLength: 60, size: "max" },
  ),
});

Deno.test("acquire() never lets more requests out than the budget and share allow", async () => {
  await fc.assert(
    fc.asyncProperty(traffic, async ({ limit, share, windowMs, skewMs, concurrency, requests }) => {
      const config = { ...HEADERS, max_share: share, max_wait: 1e6 };
      const { timer, request } = setUp(config, concurrency);
      const server = new CountingServer(limit, windowMs);
      let active = 0;
      const done = Promise.all(requests.map(async ({ startMs, toMs, backMs }) => {
        await timer.sleep(startMs);
        await request(() => {
          active++;
          assert.ok(active <= concurrency);
          const answer = server.answer(timer.now() + skewMs);
          queueMicrotask(() => active--);
          return answer;
        }, { toMs, backMs });
      }));
      await timer.run();
      await done;
      assert.equal(server.rejected, 0);
      const usable = Math.max(1, Math.floor(limit * share));
      assert.ok(Math.max(...server.perWindow) <= usable, `${server.perWindow} of ${usable}`);
      assert.equal(server.perWindow.reduce((sum, count) => sum + count, 0), requests.length);
    }),
    { numRuns: 400 },
  );
});

/** An answer with the usual headers; `Date` and reset are relative to the server's present. */
function answer(
  { status = 200, now, limit, remaining, resetIn, headers = {} }: {
    status?: number;
    now?: number;
    limit?: number | string;
    remaining?: number | string;
    resetIn?: number | string;
    headers?: Record<string, string>;
  },
): { status: number; headers: Headers } {
  const all = new Headers(headers);
  if (now !== undefined) all.set("date", new Date(now).toUTCString());
  if (limit !== undefined) all.set("x-limit", String(limit));
  if (remaining !== undefined) all.set("x-remaining", String(remaining));
  if (typeof resetIn === "string") all.set("x-reset", resetIn);
  else if (resetIn !== undefined) all.set("x-reset", String(Math.floor((now ?? START) / 1000) + resetIn));
  return { status, headers: all };
}

const SERVER_NOW = START + 3_600_000;
const epoch = SERVER_NOW / 1000;

const waits: { name: string; head: Parameters<typeof answer>[0]; seconds: number }[] = [
  { name: "nothing", head: {}, seconds: 60 },
  { name: "Retry-After in seconds", head: { headers: { "retry-after": "7" } }, seconds: 7 },
  { name: "Retry-After zero", head: { headers: { "retry-after": "0" } }, seconds: 1 },
  {
    name: "Retry-After as a date in server time",
    head: { now: SERVER_NOW, headers: { "retry-after": new Date(SERVER_NOW + 9000).toUTCString() } },
    seconds: 9,
  },
  {
    name: "Retry-After in the past",
    head: { now: SERVER_NOW, headers: { "retry-after": new Date(0).toUTCString() } },
    seconds: 1,
  },
  { name: "Retry-After that is no time", head: { headers: { "retry-after": "soon" } }, seconds: 60 },
  {
    name: "reset by a wrong clock",
    head: { now: SERVER_NOW, limit: 50, remaining: 0, resetIn: 20 },
    seconds: 21,
  },
  { name: "reset in the past", head: { now: SERVER_NOW, limit: 50, remaining: 0, resetIn: -20 }, seconds: 1 },
  { name: "reset without a Date header", head: { limit: 50, remaining: 0, resetIn: 20 }, seconds: 60 },
  {
    name: "reset and a longer Retry-After",
    head: { now: SERVER_NOW, limit: 50, remaining: 0, resetIn: 20, headers: { "retry-after": "40" } },
    seconds: 40,
  },
  {
    name: "duplicated headers",
    head: { now: SERVER_NOW, limit: "50, 50", remaining: "0, 3", resetIn: `${epoch + 30}, ${epoch + 10}` },
    seconds: 11,
  },
  {
    name: "headers that are no numbers",
    head: { now: SERVER_NOW, limit: "many", remaining: "few", resetIn: "later" },
    seconds: 60,
  },
  {
    name: "reset in milliseconds",
    head: { now: SERVER_NOW, limit: 50, remaining: 0, resetIn: `${(epoch + 5) * 1000}` },
    seconds: 6,
  },
];

for (const { name, head, seconds } of waits) {
  Deno.test(`acquire() after a 429 with ${name} waits ${seconds} s`, async () => {
    const { timer, events, request } = setUp(HEADERS);
    const account = { waitedMs: 0, waits: 0 };
    const done = (async () => {
      const throttle = await request(() => answer({ status: 429, ...head }), { toMs: 0, backMs: 0, account });
      assert.deepEqual(throttle, { reason: "rate-limit", waitMs: seconds * 1000 });
      const rejectedAt = timer.now();
      await request(() => answer({}), { account });
      assert.equal(Math.round((timer.now() - rejectedAt) / 1000), seconds);
    })();
    await timer.run();
    await done;
    const wait = events.find((event) => event.type === "wait");
    assert.equal(wait?.reason, "rate-limit");
    assert.equal(wait?.seconds, seconds);
    assert.equal(wait?.bucket, "default");
  });
}

Deno.test("acquire() lets one request find out the budget, then many use it", async () => {
  const { timer, request } = setUp(HEADERS);
  let inFlight = 0;
  const peaks: number[] = [];
  const done = Promise.all(Array.from({ length: 6 }, () =>
    request(() => {
      inFlight++;
      peaks.push(inFlight);
      queueMicrotask(() => inFlight--);
      return answer({ now: timer.now(), limit: 100, remaining: 90, resetIn: 60 });
    })));
  const startedAt = timer.now();
  await timer.run();
  await done;
  // Two round trips: the first alone, the other five together.
  assert.equal(timer.now() - startedAt, 200);
});

Deno.test("acquire() keeps buckets apart", async () => {
  const buckets = [
    { name: "apps", path: "/api/apps/**" },
    { name: "user", path: "/api/users/*", method: "get" },
    { name: "users", path: "/api/users" },
  ];
  const { timer, events, request, limiter } = setUp({ ...HEADERS, buckets });
  const names = [
    "/api/apps",
    "/api/apps/1/users",
    "/api/users/1",
    "/api/users",
    "/api/users/1/groups",
    "/api/apps2",
  ];
  assert.deepEqual(
    names.map((path) => limiter.bucketName({ method: "GET", url: `https://api.example.com${path}?limit=2` })),
    ["apps", "apps", "user", "users", "default", "default"],
  );
  assert.equal(limiter.bucketName({ method: "POST", url: "https://api.example.com/api/users/1" }), "default");
  const url = (path: string) => ({ url: `https://api.example.com${path}` });
  const done = (async () => {
    await request(() => answer({ now: timer.now(), limit: 10, remaining: 0, resetIn: 30 }), url("/api/apps"));
    const before = timer.now();
    await request(
      () => answer({ now: timer.now(), limit: 10, remaining: 9, resetIn: 30 }),
      url("/api/users"),
    );
    assert.equal(timer.now() - before, 100);
    await request(
      () => answer({ now: timer.now(), limit: 10, remaining: 9, resetIn: 30 }),
      url("/api/apps/7"),
    );
    assert.ok(timer.now() - before >= 30_000);
  })();
  await timer.run();
  await done;
  assert.equal(events.filter((event) => event.type === "wait").length, 1);
  assert.deepEqual(
    events.filter((event) => event.type === "budget").map((event) => [event.bucket, event.remaining]),
    [
      ["apps", 0],
      ["users", 9],
      ["apps", 9],
    ],
  );
});

Deno.test("acquire() refuses a request whose budget is too far away", async () => {
  const { timer, request, limiter } = setUp({ ...HEADERS, max_wait: 100 });
  const done = (async () => {
    await request(() => answer({ status: 429, headers: { "retry-after": "3600" } }));
    await assert.rejects(limiter.acquire({ method: "GET", url: URL }, { waitedMs: 0, waits: 0 }), (error) => {
      assert.ok(error instanceof SluiceError);
      assert.equal(error.code, "rate-limit");
      assert.match(error.message, /asks to wait 3600 s, limit is 100 s/);
      return true;
    });
  })();
  await timer.run();
  await done;
});

Deno.test("acquire() charges waits to the request at the head of the line only", async () => {
  const { timer, request } = setUp({ ...HEADERS, max_wait: 15 }, 1);
  const server = new CountingServer(1, 10_000);
  const done = Promise.all(Array.from({ length: 6 }, () => request(() => server.answer(timer.now()))));
  await timer.run();
  await done;
  assert.deepEqual(server.perWindow, [1, 1, 1, 1, 1, 1]);
});

Deno.test("finish() halves the parallelism on a concurrency limit once per burst, and recovers slowly", async () => {
  const { timer, request } = setUp({ ...HEADERS, remaining_header: undefined }, 8);
  /** How many round trips of 100 ms so many requests take. */
  const rounds = async (count: number, head: Parameters<typeof answer>[0] = {}) => {
    const startedAt = timer.now();
    const done = Promise.all(Array.from({ length: count }, () => request(() => answer(head))));
    await timer.run();
    await done;
    return (timer.now() - startedAt) / 100;
  };
  assert.equal(await rounds(8, { status: 429, limit: 0, remaining: 0, resetIn: 60 }), 1);
  assert.equal(await rounds(8), 2);
  assert.equal(await rounds(1), 1);
  assert.equal(await rounds(60) > 8, true);
  assert.equal(await rounds(8), 1);
});

Deno.test("acquire() lets a request that has waited before go ahead", async () => {
  const { timer, request, limiter } = setUp(HEADERS);
  const order: string[] = [];
  const done = (async () => {
    await request(() => answer({ status: 429, headers: { "retry-after": "5" } }));
    const line = [["new", 0], ["old", 1]] as const;
    await Promise.all(line.map(async ([name, waits]) => {
      const permit = await limiter.acquire({ method: "GET", url: URL }, { waitedMs: 0, waits });
      order.push(name);
      permit.cancel();
    }));
  })();
  await timer.run();
  await done;
  assert.deepEqual(order, ["old", "new"]);
});

Deno.test("acquire() ends with the signal's reason while it waits", async () => {
  const { timer, request, limiter, controller } = setUp(HEADERS);
  const done = (async () => {
    await request(() => answer({ status: 429, headers: { "retry-after": "30" } }));
    const waiting = limiter.acquire({ method: "GET", url: URL }, { waitedMs: 0, waits: 0 });
    controller.abort(new Error("stop"));
    await assert.rejects(waiting, /stop/);
    await assert.rejects(limiter.acquire({ method: "GET", url: URL }, { waitedMs: 0, waits: 0 }), /stop/);
  })();
  await timer.run();
  await done;
});

Deno.test("finish() without an answer costs budget, cancel() does not", async () => {
  const { timer, limiter, request } = setUp(HEADERS);
  const target = { method: "GET", url: URL };
  const account = { waitedMs: 0, waits: 0 };
  const done = (async () => {
    await request(() => answer({ now: timer.now(), limit: 10, remaining: 2, resetIn: 30 }));
    (await limiter.acquire(target, account)).cancel();
    (await limiter.acquire(target, account)).finish();
    (await limiter.acquire(target, account)).finish();
    assert.equal(account.waits, 0);
    (await limiter.acquire(target, account)).cancel();
    assert.equal(account.waits, 1);
  })();
  await timer.run();
  await done;
});

Deno.test('acquire() asks a server that says "at once" and refuses again less and less often', async () => {
  const { timer, events, request } = setUp(HEADERS);
  const account = { waitedMs: 0, waits: 0 };
  const refuse = () => answer({ status: 429, headers: { "retry-after": "0" } });
  const done = (async () => {
    for (let count = 0; count < 9; count++) await request(refuse, { toMs: 0, backMs: 0, account });
    // One good answer, and it is believed again.
    await request(() => answer({}), { toMs: 0, backMs: 0, account });
    await request(refuse, { toMs: 0, backMs: 0, account });
    await request(() => answer({}), { toMs: 0, backMs: 0, account });
  })();
  await timer.run();
  await done;
  const waits = events.filter((event) => event.type === "wait").map(({ seconds }) => seconds);
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60, 1]);
});

Deno.test("acquire() counts refusals that were under way together as one", async () => {
  const { timer, events, request } = setUp({}, 8);
  const refuse = () => answer({ status: 429, headers: { "retry-after": "0" } });
  const done = (async () => {
    await Promise.all(Array.from({ length: 8 }, () => request(refuse)));
    await request(() => answer({}));
  })();
  await timer.run();
  await done;
  assert.deepEqual(events.filter((event) => event.type === "wait").map(({ seconds }) => seconds), [1]);
});

Deno.test("acquire() keeps the budget of another origin apart", async () => {
  const buckets = [{ name: "users", path: "/users" }];
  const { timer, request, limiter } = setUp({ ...HEADERS, buckets }, 8, "https://api.example.com");
  const target = (url: string) => limiter.bucketName({ method: "GET", url });
  assert.deepEqual(
    [target(URL), target("https://files.example.com/users"), target("https://files.example.com:8443/x")],
    ["users", "files.example.com", "files.example.com:8443"],
  );
  const done = (async () => {
    await request(() => answer({ status: 429, headers: { "retry-after": "600" } }));
    const before = timer.now();
    await request(() => answer({}), { url: "https://files.example.com/users" });
    assert.equal(timer.now() - before, 100);
  })();
  await timer.run();
  await done;
});

const PACES = ["requests_per_second", "requests_per_minute"] as const;
const WINDOWS_MS = { requests_per_second: 1000, requests_per_minute: 60_000 };
/** How much of a window may be used at once. */
const BURSTS_MS = { requests_per_second: 1000, requests_per_minute: 3000 };

const someRate = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.double({ min: 0.02, max: 40, noNaN: true }),
);
const somePace = fc.record({ requests_per_second: someRate, requests_per_minute: someRate }, {
  requiredKeys: [],
});
const pacedTraffic = fc.record({
  all: somePace,
  users: somePace,
  share: fc.constantFrom(1, 0.5, 0.3),
  concurrency: fc.integer({ min: 1, max: 50 }),
  requests: fc.array(
    fc.record({
      startMs: fc.integer({ min: 0, max: 200_000 }),
      answerMs: fc.integer({ min: 0, max: 3000 }),
      isUser: fc.boolean(),
    }),
    { minLength: 1, maxLength: 80, size: "max" },
  ),
});

/** Checks that starts keep a pace in every window, and are no more at once than its burst. */
function checkPace(starts: number[], pace: RateLimitConfig, share: number): void {
  starts = starts.toSorted((a, b) => a - b);
  for (const name of PACES) {
    if (pace[name] === undefined) continue;
    const most = Math.ceil(pace[name] * share - 1e-6);
    const perMs = pace[name] * share / WINDOWS_MS[name];
    const burst = Math.max(1, Math.floor(perMs * BURSTS_MS[name] + 1e-6));
    for (let first = 0; first < starts.length; first++) {
      const inWindow = starts.filter((at) => at >= starts[first]! && at < starts[first]! + WINDOWS_MS[name]);
      assert.ok(inWindow.length <= most, `${inWindow.length} of ${most} by ${name}`);
      for (let last = first; last < starts.length; last++) {
        const ms = starts[last]! - starts[first]!;
        assert.ok(
          last - first + 1 <= burst + ms * perMs + 1e-6,
          `${last - first + 1} in ${ms} ms by ${name}`,
        );
      }
    }
  }
}

Deno.test("acquire() never lets more requests out in any window than the paces allow", async () => {
  await fc.assert(
    fc.asyncProperty(pacedTraffic, async ({ all, users, share, concurrency, requests }) => {
      const buckets = [{ name: "users", path: "/users", ...users }];
      const { timer, request } = setUp({ ...all, buckets, max_share: share }, concurrency);
      const starts: { at: number; isUser: boolean }[] = [];
      const done = Promise.all(requests.map(async ({ startMs, answerMs, isUser }) => {
        await timer.sleep(startMs);
        const url = isUser ? URL : "https://api.example.com/groups";
        await request(() => {
          starts.push({ at: timer.now(), isUser });
          return answer({});
        }, { toMs: 0, backMs: answerMs, url });
      }));
      await timer.run();
      await done;
      assert.equal(starts.length, requests.length);
      checkPace(starts.map(({ at }) => at), all, share);
      checkPace(starts.filter(({ isUser }) => isUser).map(({ at }) => at), users, share);
    }),
    { numRuns: 200 },
  );
});

const throughputs: { pace: RateLimitConfig; count: number; seconds: [least: number, most: number] }[] = [
  // What is left of a second or minute is given away as a margin for the way.
  { pace: { requests_per_second: 10 }, count: 100, seconds: [9, 9.7] },
  { pace: { requests_per_second: 0.5 }, count: 10, seconds: [18, 18.1] },
  { pace: { requests_per_second: 2.5 }, count: 50, seconds: [19.2, 20] },
  { pace: { requests_per_second: 500 }, count: 5000, seconds: [9, 9.7] },
  { pace: { requests_per_minute: 600 }, count: 1200, seconds: [117, 118] },
  { pace: { requests_per_minute: 1 }, count: 3, seconds: [120, 120.2] },
  { pace: { requests_per_second: 10, requests_per_minute: 60 }, count: 60, seconds: [57, 57.2] },
  { pace: { requests_per_second: 1, requests_per_minute: 600 }, count: 60, seconds: [59, 62.5] },
  { pace: { requests_per_second: 10, max_share: 0.5 }, count: 50, seconds: [9, 9.7] },
];

for (const { pace, count, seconds: [least, most] } of throughputs) {
  Deno.test(`acquire() lets ${count} requests out in ${most} s at ${Deno.inspect(pace)}`, async () => {
    const { timer, request, events } = setUp(pace, 1000);
    const startedAt = timer.now();
    let lastAt = 0;
    const done = Promise.all(
      Array.from(
        { length: count },
        () => request(() => (lastAt = timer.now(), answer({})), { toMs: 0, backMs: 0 }),
      ),
    );
    await timer.run();
    await done;
    const seconds = (lastAt - startedAt) / 1000;
    assert.ok(seconds >= least && seconds <= most, String(seconds));
    const wait = events.find((event) => event.type === "wait");
    assert.equal(wait?.reason, "rate-limit");
    assert.ok(wait!.seconds > 0 && wait!.until === startedAt + wait!.seconds * 1000);
  });
}

Deno.test("acquire() does not wait for a pace longer than for anything else, but never gives up on it", async () => {
  const { timer, request, events } = setUp({ requests_per_minute: 0.01, max_wait: 1 });
  const done = Promise.all([1, 2, 3].map(() => request(() => answer({}))));
  await timer.run();
  await done;
  assert.deepEqual(events.map((event) => event.type === "wait" && Math.round(event.seconds)), [6000, 6000]);
});

Deno.test("acquire() lets other buckets go on while one keeps its pace", async () => {
  const buckets = [{ name: "users", path: "/users", requests_per_minute: 1 }];
  const { timer, request } = setUp({ buckets }, 1);
  const order: string[] = [];
  const done = Promise.all(
    ["users", "users", "groups", "groups"].map((name) =>
      request(() => (order.push(name), answer({})), { url: `https://api.example.com/${name}` })
    ),
  );
  await timer.run();
  await done;
  assert.deepEqual(order, ["users", "groups", "groups", "users"]);
});

Deno.test("acquire() keeps going when the clock is set back", async () => {
  const { timer, limiter } = setUp({ requests_per_second: 1 });
  const account = { waitedMs: 0, waits: 0 };
  let shiftMs = 0;
  const now = timer.now.bind(timer);
  timer.now = () => now() + shiftMs;
  (await limiter.acquire({ method: "GET", url: URL }, account)).cancel();
  shiftMs = -3_600_000;
  (await limiter.acquire({ method: "GET", url: URL }, account)).cancel();
});

const wrongNumbers = [0, -1, NaN, Infinity, "5"];
const wrong: { name: string; config: RateLimitConfig }[] = [
  ...PACES.flatMap((name) =>
    wrongNumbers.map((value) => ({ name: `${name} ${value}`, config: { [name]: value } as RateLimitConfig }))
  ),
  ...wrongNumbers.slice(0, 4).map((value) => ({
    name: `${value} a second in a bucket`,
    config: { buckets: [{ name: "b", path: "/b", requests_per_second: value as number }] },
  })),
  ...[0, -1, 1.1, NaN, "1"].map((value) => ({
    name: `max_share ${value}`,
    config: { max_share: value as number },
  })),
];

for (const { name, config } of wrong) {
  Deno.test(`RateLimiter refuses ${name}`, () => {
    assert.throws(() => setUp(config), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.code, "invalid-options");
      assert.match(error.message, /^Cannot use rate_limit: "\w+" is no number above 0/);
      return true;
    });
  });
}
