/**
 * The real command, which ends its own process by SIGKILL at a chosen point: before the n-th operation that anybody
 * could notice, which is one on files, an SQL statement or a page that has arrived. Everything else is as in
 * `main.ts`. Points and orders come in the environment; without any, it only writes down the points it passes.
 * @module
 */
import { DatabaseSync } from "sqlite";
import { main } from "../../main.ts";
import { disk } from "../../pipeline/file_layer.ts";
import { CHANGES, watchedFiles } from "../watched_files.ts";

const killAt = Number(Deno.env.get("SLUICE_CRASH_AT") ?? Infinity);
const isHalf = Deno.env.get("SLUICE_CRASH_HALF") === "1";
const log = Deno.env.get("SLUICE_CRASH_LOG");
const points: string[] = [];
let count = 0;

/** Passes a point, which may be the last. */
function isLast(point: string): boolean {
  if (log) points.push(point);
  return ++count === killAt;
}

function die(): never {
  Deno.kill(Deno.pid, "SIGKILL");
  // The signal may take a moment to arrive.
  for (;;);
}

const parts = (path: string) => path.split("/").slice(-2).join("/").replace(/\d+\.\d{6}/, "…");

Object.assign(
  disk,
  watchedFiles({ ...disk }, async ({ kind, path, to }, action, half) => {
    if (!CHANGES.has(kind)) return await action();
    if (isLast(`${kind} ${parts(path)}${to === undefined ? "" : ` -> ${parts(to)}`}`)) {
      if (isHalf) await half?.();
      die();
    }
    return await action();
  }),
);

const { fetch } = globalThis;
globalThis.fetch = async (...call: Parameters<typeof fetch>) => {
  const response = await fetch(...call);
  if (isLast(`page ${new URL(response.url).pathname}`)) die();
  return response;
};

const { exec, prepare } = DatabaseSync.prototype;
const WRITES = /^\s*(?:INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|BEGIN|COMMIT|ROLLBACK|PRAGMA journal)/i;
const named = (sql: string) => `sql ${sql.trim().split(/\s+/).slice(0, 3).join(" ")}`;

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string) {
  if (WRITES.test(sql) && isLast(named(sql))) die();
  exec.call(this, sql);
  if (/^\s*COMMIT/i.test(sql) && isLast("after sql COMMIT")) die();
};
DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...call: Parameters<typeof prepare>) {
  const [sql] = call;
  const statement = prepare.apply(this, call);
  if (!WRITES.test(sql)) return statement;
  const run = statement.run.bind(statement);
  statement.run = (...values: Parameters<typeof run>) => {
    if (isLast(named(sql))) die();
    return run(...values);
  };
  return statement;
};

// Whoever kills at random waits for this.
console.log("started");
const code = await main(Deno.args);
if (log) Deno.writeTextFileSync(log, JSON.stringify(points));
Deno.exit(code);
