/**
 * What a run tells a workflow of GitHub and the addresses in its configuration: data that stays data, and no
 * secret anywhere.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { marked } from "./markdown.ts";
import { messageOf, notify, occasionsOf } from "../cli/notify.ts";
import { annotation, groupStart, masks, outputEntry, withoutCommands } from "../cli/workflow/commands.ts";
import { openWorkflowProgress } from "../cli/workflow/progress.ts";
import { outputsOf } from "../cli/workflow/report.ts";
import { summaryOf } from "../cli/workflow/summary.ts";
import { Secret } from "../pipeline/secret.ts";
import type { Trace } from "../pipeline/trace.ts";
import { startTicketApi, ticketEnvironment, ticketFiles } from "./binary/tickets.ts";
import { withWorkplace } from "./cli_commands.ts";

/** Names and messages as an API or a person could make them. */
const ODD = "a|b <img src=x onerror=y> `c` [d](https://evil.example) *e* _f_ $g$\n::error::h & \u001b[2J\\";

const trace: Trace = {
  format: 1,
  id: "20261124T000000000Z-abcdef",
  pipelineName: "pets",
  datasetName: "pets_data",
  destination: "sqlite",
  source: "pets",
  schemaName: "pets",
  options: {},
  status: "failed",
  startedAt: "2026-11-24T00:00:00.000Z",
  finishedAt: "2026-11-24T00:00:01.500Z",
  seconds: 1.5,
  steps: [{ step: "extract", status: "completed", startedAt: "", finishedAt: "", seconds: 1 }],
  requests: 12,
  resources: { [ODD]: { pages: 2, rows: 1200, requests: 12 } },
  packages: [
    {
      loadId: "17.5",
      state: "loaded",
      rows: { cats: 1200, cats__toys: 7 },
      changes: {
        cats: { added: 1100, changed: 100, removed: 3 },
        dogs: { added: 0, changed: 0, removed: 0 },
      },
      schemaChanges: [{ table: "cats", isNew: false, newColumns: [{ name: ODD, type: "text" }] }],
    },
    { loadId: "17.6", state: "pending", rows: {}, schemaChanges: [] },
  ],
  warnings: [{ code: "odd", message: ODD }],
  error: { name: "ExtractError", code: "http-status", message: ODD, next: "try <again>" },
  configuration: [],
  versions: { sluice: "0.1.0", deno: "2.9.6", system: "x" },
};

Deno.test("annotation() and the like escape what would end or extend a command", () => {
  assert.equal(
    annotation("error", { title: "a,b:c", message: "50%\r\n::error::x", file: "x,y.ts", line: 3 }),
    "::error title=a%2Cb%3Ac,file=x%2Cy.ts,line=3::50%25%0D%0A::error::x",
  );
  assert.equal(groupStart("a\nb"), "::group::a%0Ab");
  assert.deepEqual(masks("line 1\n\nline 2%"), ["::add-mask::line 1", "::add-mask::line 2%25"]);
});

Deno.test("withoutCommands() leaves no line that a runner takes for a command", () => {
  const text = "fine\n::add-path::/x\n  ::error::y\n##[command]z\nin the ::middle::";
  const lines = withoutCommands(text).split("\n");
  assert.ok(lines.every((line) => !/^\s*(?:::|##\[)/.test(line)));
  assert.equal(lines.at(-1), "in the ::middle::");
});

Deno.test("outputEntry() keeps a value that looks like the end of one", () => {
  const [, mark, value] = /^rows<<(\S+)\n([\s\S]*)\n\1\n$/.exec(outputEntry("rows", "1\nEOF\nx<<y"))!;
  assert.equal(value, "1\nEOF\nx<<y");
  assert.ok(!value.includes(mark));
});

Deno.test("openWorkflowProgress() folds steps and turns warnings into annotations", () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  {
    using progress = openWorkflowProgress({
      write: (line) => write(line.trim()),
      command: write,
      clock: { now: () => 0, every: () => () => {} },
    });
    progress.emit({ type: "step", step: "extract", state: "started" });
    progress.emit({ type: "warning", code: "odd", resource: "cats", message: "50%\nof it" });
    progress.emit({ type: "step", step: "extract", state: "finished", seconds: 1 });
    progress.emit({ type: "step", step: "normalize", state: "started" });
    progress.emit({ type: "step", step: "load", state: "started" });
    progress.emit({ type: "step", step: "normalize", state: "finished", seconds: 1 });
  }
  assert.deepEqual(lines.filter((line) => line.startsWith("::")), [
    "::group::extract",
    "::warning title=Sluice%3A odd::cats: 50%25%0Aof it",
    "::endgroup::",
    "::group::normalize",
    "::endgroup::",
    "::group::load",
    "::endgroup::",
  ]);
});

Deno.test("summaryOf() is Markdown in which names and messages are only text", () => {
  const page = summaryOf(trace, new Map([[ODD, { remaining: 3, limit: 600 }]]));
  const shown = marked(page);
  assert.ok(!/<(?!\/?(?:br)\b)/.test(page), "no HTML");
  assert.ok(!shown.links.length && !shown.emphasis && !shown.code, JSON.stringify(shown));
  for (const table of shown.tables) {
    assert.ok(table.every((row) => row.length === table[0].length), JSON.stringify(table));
  }
  assert.deepEqual(shown.tables[0][1], ["1,207", "2", "1", "12", "1.5"]);
  assert.deepEqual(shown.tables[2].slice(1), [
    ["cats", "1,200", "1,100", "100", "3"],
    ["cats__toys", "7", "", "", ""],
  ]);
  assert.match(page, /1 load package waiting/);
});

Deno.test("outputsOf() are rows, the last load and whether tables changed", () => {
  assert.deepEqual(outputsOf(trace), [["rows", "1207"], ["load_id", "17.5"], ["schema_changed", "true"]]);
  assert.deepEqual(outputsOf({ ...trace, packages: [] }), [["rows", "0"], ["load_id", ""], [
    "schema_changed",
    "false",
  ]]);
});

for (
  const [name, token, isTold] of [["wrong", "tk-not-the-right-one", true], [
    "right",
    undefined,
    false,
  ]] as const
) {
  Deno.test(`sluice run in a workflow with a ${name} token leaves summary, outputs and annotations`, async () => {
    await using api = startTicketApi(3);
    const folder = await Deno.makeTempDir({ prefix: "sluice_summary_" });
    try {
      const paths = { GITHUB_STEP_SUMMARY: join(folder, "summary"), GITHUB_OUTPUT: join(folder, "output") };
      const env = {
        ...ticketEnvironment({ url: api.url, token: token ?? api.token }),
        ...paths,
        GITHUB_ACTIONS: "true",
      };
      await withWorkplace({ files: ticketFiles, env }, async ({ sluice }) => {
        const { code, out, err } = await sluice("run", "./tickets.ts");
        const [summary, output] = await Promise.all(
          Object.values(paths).map((path) => Deno.readTextFile(path)),
        );
        assert.equal(code, isTold ? 3 : 0, err);
        assert.match(err, /^::group::extract$/m);
        assert.equal(/^::error title=Sluice%3A http-status::Cannot read "tickets"/m.test(err), isTold);
        assert.match(summary, isTold ? /^### ❌ Failed: tickets/ : /^### ✅ Loaded: tickets/);
        assert.match(output, isTold ? /^rows<<\S+\n0\n/ : /^rows<<\S+\n3\n/);
        for (const text of [out, err, summary, output]) assert.ok(!text.includes(token ?? api.token));
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("sluice run in a workflow has the runner mask what stands in a file, and only that", async () => {
  await using api = startTicketApi(3);
  const files = {
    ...ticketFiles,
    ".dlt/secrets.toml": `[sources.tickets]\naccess_token = "${api.token}"\n`,
  };
  const env = { SOURCES__TICKETS__BASE_URL: api.url, GITHUB_ACTIONS: "true" };
  await withWorkplace({ files, env }, async ({ sluice }) => {
    const { code, err } = await sluice("run", "./tickets.ts");
    assert.equal(code, 0, err);
    const masked = err.split("\n").filter((line) => line.includes(api.token));
    assert.deepEqual([...new Set(masked)], [`::add-mask::${api.token}`]);
  });
});

/** An address that takes messages. */
function inbox(status = 200) {
  const bodies: Record<string, unknown>[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    bodies.push(await request.json());
    return new Response(null, { status });
  });
  const url = `http://127.0.0.1:${server.addr.port}/hook/secret-path-of-it`;
  return { url, bodies, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("notify() tells Slack and a webhook on the occasions that are asked for", async () => {
  await using slack = inbox();
  await using other = inbox();
  const settings = {
    slack_incoming_hook: new Secret(slack.url),
    webhook_url: new Secret(other.url),
    notify_on: ["failure"],
    notify_template: "{pipeline} {status} {rows} <{unknown}>{error}",
  };
  assert.deepEqual(await notify(trace, settings), []);
  const [{ text }] = slack.bodies as { text: string }[];
  assert.ok(text.startsWith("pets failed 1207 &lt;{unknown}&gt;\na|b &lt;img"), text);
  const [{ occasions, status, rows, error }] = other.bodies as Record<string, never>[];
  assert.deepEqual({ occasions, status, rows, code: (error as { code: string }).code }, {
    occasions: ["failure"],
    status: "failed",
    rows: 1207,
    code: "http-status",
  });
  assert.deepEqual(await notify({ ...trace, status: "completed" }, settings), []);
  assert.equal(slack.bodies.length, 1);
  assert.deepEqual(occasionsOf({ ...trace, status: "completed", error: undefined }), [
    "schema_change",
    "success",
  ]);
});

Deno.test("notify() says that a message did not arrive, without its address", async () => {
  await using refusing = inbox(500);
  const settings = { notify_on: ["failure"], notify_template: "x" };
  const problems = await Promise.all(
    [refusing.url, "http://127.0.0.1:9/hook", "http://hooks.example/hook", "no address"].map(
      async (address) => {
        const [problem] = await notify(trace, { ...settings, webhook_url: new Secret(address) });
        return problem.replace("The webhook was not told how the run ended: ", "");
      },
    ),
  );
  assert.deepEqual(problems, [
    "it answered 500",
    "it cannot be reached",
    "its address does not begin with https",
    "its address is no URL",
  ]);
});

Deno.test("messageOf() names what changed in the tables", () => {
  assert.match(messageOf(trace, "{schema_changes}"), /^\ncats has new columns a\|b/);
});

Deno.test("sluice run tells a webhook of a change of the tables, and refuses an occasion that there is not", async () => {
  await using api = startTicketApi(3);
  await using hook = inbox();
  const env = { ...ticketEnvironment(api), RUNTIME__SLACK_INCOMING_HOOK: hook.url };
  await withWorkplace({ files: ticketFiles, env }, async ({ sluice }) => {
    assert.equal((await sluice("run", "./tickets.ts")).code, 0);
    assert.equal((await sluice("run", "./tickets.ts")).code, 0);
    assert.deepEqual(hook.bodies.length, 1, "the second run changed nothing");
    assert.match(String(hook.bodies[0].text), /^tickets: completed, 3 rows, .*\nnew table tickets/);
    const wrong = await sluice("run", "./tickets.ts", "--var", 'runtime.notify_on=["full_moon"]');
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /"full_moon" is nothing that happens/);
  });
});
