import { join } from "node:path";
import { loadCases } from "./case.ts";
import { serveCases } from "./case_server.ts";
import { judge } from "./judge.ts";
import { runThroughDlt } from "./dlt_side.ts";
import { environment } from "./environment.ts";
import { runThroughSluice } from "./sluice_side.ts";
import { snapshot } from "./snapshot.ts";
import { stringifyJson } from "../../pipeline/json.ts";
import { digestOf, readRecorded, writeRecorded } from "./recorded.ts";

const record = Deno.args.includes("--record");
const only = Deno.args.find((a) => !a.startsWith("--"));
const cases = await loadCases(only);
await using server = serveCases(cases);
const folder = await Deno.makeTempDir();
let answers = await readRecorded().catch(() => new Map());
if (record) {
  const env = await environment(console.log);
  const stale = only || Deno.args.includes("--all")
    ? cases
    : cases.filter((c) => answers.get(c.name)?.digest !== digestOf(c));
  console.log("asking", stale.length);
  const dlt = await runThroughDlt(env, stale, server.base, folder);
  for (const c of stale) {
    answers.set(c.name, {
      case: c.name,
      digest: digestOf(c),
      runs: dlt.get(c.name)!.map((run) => snapshot(run, c)),
    });
  }
  const all = only ? [...answers.values()] : cases.map((c) => answers.get(c.name)!);
  await writeRecorded(all.sort((a, b) => a.case < b.case ? -1 : 1));
  answers = await readRecorded();
}
for (const each of cases) {
  const own = join(folder, "sluice", each.name);
  await Deno.mkdir(own, { recursive: true });
  const runs = await runThroughSluice(each, server.base, own);
  const j = judge(each, answers.get(each.name)!.runs, runs.map((run) => snapshot(run, each)));
  if (Deno.env.get("SHOW")) { for (const r of answers.get(each.name)!.runs) console.log(stringifyJson(r)); }
  console.log(
    each.name,
    j.values,
    j.unlisted.length,
    [...j.faults.keys()].join(),
    runs.map((r) => r.error ? r.error.kind + ": " + r.error.text.split("\n").slice(0, 3).join("~") : "").join(
      " | ",
    ),
  );
  for (const d of j.unlisted) {
    console.log(
      "   ",
      d.run,
      d.path,
      "| dlt",
      d.dlt === undefined ? "-" : stringifyJson(d.dlt),
      "| sluice",
      d.sluice === undefined ? "-" : stringifyJson(d.sluice),
    );
  }
}
