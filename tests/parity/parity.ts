import { join } from "node:path";
import { loadCases } from "./case.ts";
import { serveCases } from "./case_server.ts";
import { compare } from "./compare.ts";
import { runThroughDlt } from "./dlt_side.ts";
import { environment } from "./environment.ts";
import { runThroughSluice } from "./sluice_side.ts";
import { snapshot } from "./snapshot.ts";
import { stringifyJson } from "../../pipeline/json.ts";

const env = await environment(console.log);
const cases = await loadCases(Deno.args[0]);
await using server = serveCases(cases);
const folder = await Deno.makeTempDir();
console.log(folder);
console.time("dlt");
const dlt = await runThroughDlt(env, cases, server.base, folder);
console.timeEnd("dlt");
console.time("sluice");
for (const each of cases) {
  const own = join(folder, "sluice", each.name);
  await Deno.mkdir(own, { recursive: true });
  const runs = await runThroughSluice(each, server.base, own);
  for (const [n, run] of runs.entries()) {
    const l = snapshot(dlt.get(each.name)![n], each), r = snapshot(run, each);
    if (Deno.env.get("SHOW")) console.log(stringifyJson(l.tables), stringifyJson(l.orphans), stringifyJson(l.schema.normalizers), stringifyJson(l.state));
    const { differences, values } = compare(l, r);
    console.log(each.name, n, values, dlt.get(each.name)![n].error, run.error);
    for (const d of differences) {
      console.log(
        "   ",
        d.path,
        "| dlt",
        d.dlt === undefined ? "-" : stringifyJson(d.dlt),
        "| sluice",
        d.sluice === undefined ? "-" : stringifyJson(d.sluice),
      );
    }
  }
}
console.timeEnd("sluice");
