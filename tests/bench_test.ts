/**
 * The bench: every scenario runs, its checksums see what differs, and figures are compared as they say.
 * @module
 */
import assert from "assert";
import fc from "property";
import { DatabaseSync } from "sqlite";
import { comparison } from "../bench/compare.ts";
import { selfTimes } from "../bench/cpu_profile.ts";
import { FIRST_SERIAL, list, pageMaker, SERIAL } from "../bench/data/template.ts";
import { compareFigures, figureOf } from "../bench/figures.ts";
import { checksums, differences } from "../bench/loaded.ts";
import { keepResults, type ScenarioResult } from "../bench/results.ts";
import { type LoadOptions, runLoad, TablesDiffer } from "../bench/run_load.ts";
import type { Answer, LoadScenario } from "../bench/scenario.ts";
import { flat } from "../bench/scenarios/flat.ts";
import { pickScenarios, SCENARIOS } from "../bench/scenarios/mod.ts";
import { serve, startServer } from "../bench/server.ts";
import { resultTables } from "../bench/tables.ts";

const RECORDS = 40;
const AT_ONCE = 4;

const here: LoadOptions["start"] = async (scenario, records) =>
  serve(await scenario.dataset(records), scenario.server);

async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_bench_test_" });
  try {
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const runTiny = (scenario: LoadScenario, options: Partial<LoadOptions> = {}) =>
  withFolder((folder) =>
    runLoad(scenario, { rounds: 1, dltRounds: 0, records: RECORDS, folder, start: here, ...options })
  );

Deno.test("every scenario loads the same with Sluice and the floor", async () => {
  const waiting = SCENARIOS.filter((each): each is LoadScenario => !("commands" in each)).values();
  const work = async () => {
    for (const scenario of waiting) {
      // One of them as the bench itself does it, with a server that is a process of its own.
      const start = scenario === flat ? startServer : here;
      const { runs, rows, skipped } = await runTiny(scenario, { start });
      const ran = Object.keys(runs).sort();
      assert.deepEqual(ran, scenario.floor ? ["sluice"] : ["floor", "sluice"], scenario.name);
      assert.ok(skipped.dlt && rows! > 0, scenario.name);
      for (const { seconds, cpuSeconds, peakMb, requests } of Object.values(runs).flat()) {
        assert.ok(seconds > 0 && cpuSeconds! > 0 && peakMb! > 10 && requests! > 0, scenario.name);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});

Deno.test("runLoad() reports no time when what was loaded differs", async () => {
  let answers = 0;
  const changing: LoadScenario = {
    ...flat,
    dataset: (records) => {
      const pages = ["first", "second"].map((name) =>
        list("/items", records, pageMaker(() => `{"id":${SERIAL},"name":"${name}"}`, RECORDS), RECORDS)
      );
      return (url) => pages[answers++ > 0 ? 1 : 0](url);
    },
    floor: "what it inserts is what Sluice has loaded",
  };
  await assert.rejects(runTiny(changing, { rounds: 2 }), (error) => {
    assert.ok(error instanceof TablesDiffer);
    assert.equal(error.message, "sluice and sluice differ: items has other values");
    return true;
  });
  await assert.rejects(runTiny({ ...flat, rows: () => ({ items: RECORDS + 1 }) }), TablesDiffer);
});

Deno.test("differences() sees everything but the order of rows and random ids", async (t) => {
  const parents = `CREATE TABLE p (a, b, _dlt_id); CREATE TABLE p__c (v, _dlt_parent_id);`;
  const content = (first: string, second: string) =>
    `${parents} INSERT INTO p VALUES (1, ${first}, 'x'), (2, ${second}, 'y');
     INSERT INTO p__c VALUES ('v', 'x');`;
  const sums = (sql: string) => {
    using database = new DatabaseSync(":memory:");
    database.exec(sql);
    return checksums(database);
  };
  const expected = sums(content("'one'", "NULL"));
  const cases: [string, string, string[]][] = [
    ["the same", content("'one'", "NULL"), []],
    [
      "another order and other ids",
      `${parents} INSERT INTO p VALUES (2, NULL, '7'), (1, 'one', '8'); INSERT INTO p__c VALUES ('v', '8');`,
      [],
    ],
    ["another value", content("'One'", "NULL"), ["p has other values"]],
    ["a text for null", content("'one'", "'null'"), ["p has other values"]],
    ["values in other rows", content("NULL", "'one'"), ["p has other values"]],
    [
      "a row more",
      `${content("'one'", "NULL")} INSERT INTO p VALUES (3, 3, 'z')`,
      ["p has 2 and 3 rows"],
    ],
    [
      "a column more",
      `${content("'one'", "NULL")} ALTER TABLE p ADD COLUMN c`,
      ["p has other columns: a, b | a, b, c"],
    ],
    [
      "a child without its parent",
      `${content("'one'", "NULL")} UPDATE p__c SET _dlt_parent_id = 'w'`,
      ["p__c has 0 and 1 orphans"],
    ],
    ["a table less", `${content("'one'", "NULL")} DROP TABLE p__c`, ["p__c is there only once"]],
  ];
  for (const [name, sql, found] of cases) {
    await t.step(name, () => assert.deepEqual(differences(expected, sums(sql)), found));
  }
});

Deno.test("list() numbers every record once, whatever the sizes of pages", () => {
  const sizes = {
    records: fc.nat(50),
    pageRecords: fc.integer({ min: 1, max: 20 }),
    stride: fc.integer({ min: 1, max: 9 }),
  };
  fc.assert(fc.property(fc.record(sizes), ({ records, pageRecords, stride }) => {
    const make = pageMaker(
      (index) => `{"id":${SERIAL},"text":"n${SERIAL}","at":${index}}`,
      pageRecords,
      stride,
    );
    const dataset = list("/items", records, make, pageRecords);
    const ids: number[] = [];
    let next: string | undefined = "/items?kept=1";
    while (next) {
      const answer: Answer = dataset(new URL(next, "http://api.example"))!;
      for (const { id, text, at } of JSON.parse(new TextDecoder().decode(answer.body))) {
        assert.equal(text, `n${id}`);
        assert.equal(at, ids.length % pageRecords);
        ids.push(id);
      }
      next = answer.next;
      assert.ok(!next || next.includes("kept=1"));
    }
    assert.deepEqual(ids, Array.from({ length: records }, (_, index) => FIRST_SERIAL + index * stride));
  }));
});

Deno.test("serve() refuses what is beyond the budget of a minute and counts it", async () => {
  const dataset = list("/items", 1, pageMaker(() => `{"id":${SERIAL}}`, 1), 1);
  await using server = serve(dataset, { budget: { perMinute: 2, timeScale: 1 } });
  const seen = [];
  for (let request = 0; request < 3; request++) {
    const answer = await fetch(`${server.url}/items`);
    await answer.body!.cancel();
    seen.push([answer.status, answer.headers.get("x-rate-limit-remaining")]);
  }
  assert.deepEqual(seen, [[200, "1"], [200, "0"], [429, "0"]]);
  assert.deepEqual(await server.counts(), { requests: 3, minutes: [{ answered: 2, refused: 1 }] });
  assert.deepEqual(await server.counts(), { requests: 0, minutes: [] });
});

Deno.test("compareFigures() calls beyond noise what is so in every run", () => {
  const before = [10, 11, 12, 13];
  const cases: [number[], string][] = [
    [[8, 9, 7, 9.9], "less"],
    [[14, 13.1, 20, 15], "more"],
    [[8, 9, 7, 10.1], "within noise"],
    [[1, 2, 3], "too few runs"],
  ];
  for (const [after, verdict] of cases) {
    assert.equal(compareFigures(figureOf(before)!, figureOf(after)!).verdict, verdict);
  }
  assert.deepEqual(figureOf([3, 1, 2, 10]), { median: 2.5, least: 1, most: 10, count: 4 });
});

const result = (name: string, commit: string, seconds: readonly number[]): ScenarioResult => {
  const runs = (factor: number) =>
    seconds.map((each, round) => ({
      round,
      seconds: each * factor,
      cpuSeconds: each * factor,
      peakMb: 100 * factor,
    }));
  const date = "2026-01-02T03:04:05Z";
  const shared = { name, about: name, commit, date, load: [1, 2], rows: 1000, skipped: {} } as const;
  return { ...shared, runs: { sluice: runs(1), floor: runs(0.5), dlt: runs(20) } };
};

Deno.test("comparison() says what changed from one commit to the other", () => {
  const of = (commit: string, seconds: number[]) => ({
    machine: "m",
    versions: "v",
    scenarios: [result("flat", commit, seconds)],
  });
  const text = comparison(of("aaa", [4, 4.1, 4.2, 4.3]), of("bbb", [2, 2.1, 2.2, 2.3]));
  assert.match(
    text,
    /seconds +\| 4\.15 \(4–4\.30\) +\| 2\.15 \(2–2\.30\) +\| 0\.518 \(0\.465–0\.575\) +\| less/,
  );
  assert.match(text, /peak MB +\| 100 +\| 100 +\| 1 +\| within noise/);
});

Deno.test("keepResults() replaces the scenarios that ran, keeps the others and forgets those that failed", () =>
  withFolder(async (folder) => {
    const file = `${folder}/results.json`;
    const session = (...scenarios: ScenarioResult[]) => ({ machine: "m", versions: "v", scenarios });
    await keepResults(file, session(result("flat", "aaa", [4]), result("wide", "aaa", [4])));
    const kept = await keepResults(file, session(result("flat", "bbb", [2])));
    assert.deepEqual(kept.scenarios.map(({ name, commit }) => `${name} ${commit}`), ["flat bbb", "wide aaa"]);
    const { scenarios } = await keepResults(file, session(), ["flat"]);
    assert.deepEqual(scenarios.map(({ name }) => name), ["wide"]);
  }));

Deno.test("resultTables() puts ratios first", () => {
  const text = resultTables({
    machine: "m",
    versions: "v",
    scenarios: [result("okta_users", "a", [1, 2, 4])],
  });
  const lines = text.split("\n");
  assert.match(lines[4], /`okta_users` \| 1,000 \| 20 +\| 2 +\| 20 +\| 2 +\| 0\.050/);
  assert.match(text, /dlt's time \/ Sluice's +\| at least 15 +\| 20 +\| yes/);
  assert.match(text, /Sluice's time \/ the floor's +\| at most 1\.5 +\| 2 +\| no/);
});

Deno.test("selfTimes() sums up what each function took itself", () => {
  const node = (id: number, functionName: string, url: string) => ({
    id,
    callFrame: { functionName, url, lineNumber: 6 },
  });
  const nodes = [
    node(1, "(idle)", ""),
    node(2, "parse", "file:///clone/a.ts"),
    node(3, "parse", "file:///clone/a.ts"),
  ];
  const profile = { nodes, samples: [2, 1, 3, 2], timeDeltas: [500, 1000, 4000, 2000] };
  assert.deepEqual(selfTimes([profile, profile], "file:///clone/"), [
    { name: "(idle)", place: "", milliseconds: 8 },
    { name: "parse", place: "a.ts:7", milliseconds: 6 },
  ]);
});

Deno.test("pickScenarios() leaves out what runs on demand only, and names what there is", () => {
  assert.ok(!pickScenarios([]).some(({ name }) => name === "ten_million"));
  assert.deepEqual(pickScenarios(["ten_million"]).map(({ name }) => name), ["ten_million"]);
  assert.throws(() => pickScenarios(["flatt"]), /Cannot run scenario "flatt": there are okta_users,/);
});
