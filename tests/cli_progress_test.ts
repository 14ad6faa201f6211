/**
 * Progress renderers fed with events, word for word.
 * @module
 */
import assert from "assert";
import type { Progress, ProgressClock } from "../cli/progress.ts";
import { openJsonProgress } from "../cli/progress_json.ts";
import { openPlainProgress } from "../cli/progress_plain.ts";
import { openTerminalProgress } from "../cli/progress_terminal.ts";
import type { RunEvent } from "../pipeline/events.ts";

/** A clock that moves when it is told to, and calls back on the way. */
class FakeClock implements ProgressClock {
  #now = 1_000_000;
  readonly #timers = new Set<{ ms: number; due: number; action: () => void }>();

  now(): number {
    return this.#now;
  }
  every(ms: number, action: () => void): () => void {
    const timer = { ms, due: this.#now + ms, action };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.#now = next.due;
      next.due += next.ms;
      next.action();
    }
    this.#now = end;
  }
  get isIdle(): boolean {
    return this.#timers.size === 0;
  }
}

/** A short run with a wait, a warning and a hostile resource name. */
function play({ emit }: Progress, clock: FakeClock): void {
  const events: [ms: number, event: RunEvent][] = [
    [0, { type: "step", step: "extract", state: "started" }],
    [0, { type: "resource", resource: "users", state: "started", pages: 0, rows: 0 }],
    [1000, { type: "request", resource: "users", request: "GET /users", status: 200, seconds: 1, bytes: 10 }],
    [0, { type: "budget", resource: "users", bucket: "/users", limit: 600, remaining: 599, resetAt: 0 }],
    [0, { type: "page", resource: "users", pages: 1, rows: 200 }],
    [0, { type: "warning", code: "odd", message: "an odd \u001b[2Jthing", resource: "users" }],
    [5000, {
      type: "wait",
      resource: "users",
      bucket: "/users",
      reason: "rate-limit",
      seconds: 7,
      until: clock.now() + 13_000,
    }],
    [8000, { type: "page", resource: "users", pages: 2, rows: 1400 }],
    [0, { type: "resource", resource: "users", state: "finished", pages: 2, rows: 1400 }],
    [0, { type: "step", step: "extract", state: "finished", seconds: 14 }],
    [0, { type: "step", step: "load", state: "started" }],
    [0, { type: "rows", rows: 1400 }],
    [6000, { type: "loaded", loadId: "17.5", tables: { users: 1400, users__a: 1 } }],
    [0, { type: "step", step: "load", state: "finished", seconds: 6 }],
  ];
  for (const [ms, event] of events) {
    clock.advance(ms);
    emit(event);
  }
}

Deno.test("openPlainProgress() writes steps at once and what is under way every five seconds", () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  {
    using progress = openPlainProgress({ write: (line) => lines.push(line), clock });
    play(progress, clock);
  }
  assert.equal(
    lines.join("\n"),
    `    0.0 s  extract started
    1.0 s  warning: users: an odd \u001b[2Jthing
    5.0 s  users: 1 page, 200 rows, 40 rows/s
    5.0 s  rate budget /users 599/600
    6.0 s  users: waiting 7 s for the rate limit of /users
   10.0 s  users: 1 page, 200 rows, 20 rows/s, waiting 3 s for the rate limit of /users
   14.0 s  users: 2 pages, 1,400 rows, 100 rows/s, finished
   14.0 s  extract finished in 14.0 s, 1 request
   14.0 s  load started
   15.0 s  1,400 records normalized
   20.0 s  load package 17.5 is loaded: 1,401 rows in 2 tables
   20.0 s  load finished in 6.0 s`,
  );
  assert.ok(clock.isIdle);
});

Deno.test("openTerminalProgress() draws one line per resource with countdown and budget", () => {
  const clock = new FakeClock();
  const frames: string[] = [];
  const above: string[] = [];
  const screen = {
    columns: 120,
    draw: (frame: string) => void frames.push(frame),
    above: (line: string) => void above.push(line),
    done: () => void frames.push("done"),
  };
  {
    using progress = openTerminalProgress({ screen, clock });
    play(progress, clock);
  }
  assert.deepEqual(above, ["warning: users: an odd \\u001b[2Jthing"]);
  assert.equal(
    frames.find((frame) => frame.includes("waiting")),
    `extract   0:06   1 request
  users       1 page       200 rows      32/s  599/600 requests left  waiting 7 s for the rate limit of /users`,
  );
  assert.deepEqual(frames.slice(-2), [
    `load      0:20   1 request
  users      2 pages     1,400 rows     100/s  done
  1,400 records normalized`,
    "done",
  ]);
  assert.ok(frames.every((frame) => frame.split("\n").every((line) => line.length < screen.columns)));
  assert.ok(clock.isIdle);
});

Deno.test("openJsonProgress() writes every event as one line of JSON", () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  using progress = openJsonProgress((line) => lines.push(line));
  play(progress, clock);
  assert.equal(lines.length, 14);
  assert.ok(lines.every((line) => !line.includes("\n")));
  assert.deepEqual(JSON.parse(lines[3]), {
    type: "budget",
    resource: "users",
    bucket: "/users",
    limit: 600,
    remaining: 599,
    resetAt: 0,
  });
});
