import { loadCases } from "./case.ts";
import { serveCases } from "./case_server.ts";
import { runThroughDlt } from "./dlt_side.ts";
import { environment } from "./environment.ts";
import { runAllThroughSluice } from "./sluice_side.ts";
import { snapshot } from "./snapshot.ts";
import { stringifyJson } from "../../pipeline/json.ts";
import { digestOf, readRecorded, writeRecorded } from "./recorded.ts";
import { judge } from "./judge.ts";

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
    for (const [i, r] of dlt.get(c.name)!.entries()) {
      if (r.error && !c.instead) {
        console.log("dlt fails:", c.name, i, r.error.kind, r.error.text.split("\n")[0].slice(0, 150));
      }
    }
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
console.time("sluice");
const sluice = await runAllThroughSluice(cases, server.base, folder);
console.timeEnd("sluice");
for (const each of cases) {
  const runs = sluice.get(each.name)!;
  const j = judge(each, answers.get(each.name)!.runs, runs.map((run) => snapshot(run, each)));
  if (Deno.env.get("SHOW")) { for (const r of answers.get(each.name)!.runs) console.log(stringifyJson(r)); }
  console.log(
    each.name,
    j.values,
    j.unlisted.length,
    [...j.faults.keys()].join(),
    [...j.excepted.keys()].join(),
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
