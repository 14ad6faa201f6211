import type { CaseFile } from "../../case.ts";
import { type Invent, records } from "../../invent.ts";

const lines = (seed: number, drift: number) =>
  records(seed, 12, (invent: Invent, index) => ({
    ts: drift === 0
      ? 1_709_290_000 + index
      : drift === 1
      ? `${invent.time(index)}Z`
      : (1_709_290_000 + index) * 1000,
    level: invent.one<string | number>(drift === 2 ? [10, 20, 30] : ["INFO", "WARN"]),
    msg: drift === 1 ? { template: "user {id}", args: [invent.below(9)] } : `user ${invent.below(9)}`,
    duration: drift === 0 ? invent.amount(3) : drift === 1 ? `${invent.below(900)}ms` : invent.below(900),
    ok: drift === 2 ? invent.one(["true", "maybe"]) : invent.chance(80),
    ctx: invent.chance(50) ? null : drift ? [{ k: "a", v: 1 }] : { k: "a", v: invent.one([1, "x"]) },
  }));

export default {
  shows: "log lines whose fields change their kind with every release of the program",
  runs: [[lines(28, 0)], [lines(29, 1)], [lines(30, 2)]],
} satisfies CaseFile;
