/**
 * Schedules: what a crontab says, told to other schedulers; and names and paths of any kind in their files.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import fc from "property";
import { crontabCommand, shellLine, systemdWord, workflowText, xmlText } from "../cli/deploy/quote.ts";
import { parseSchedule } from "../cli/deploy/schedule.ts";
import { intervals } from "../cli/deploy/target/launchd.ts";
import { calendars } from "../cli/deploy/target/systemd.ts";
import { withWorkplace } from "./cli_commands.ts";

for (
  const [cron, shown, events] of [
    ["0 */6 * * *", "0 */6 * * *", ["*-*-* 00,06,12,18:00:00"]],
    ["@daily", "0 0 * * *", ["*-*-* 00:00:00"]],
    ["*/20 8-9 * jan,3 *", "*/20 8-9 * jan,3 *", ["*-01,03-* 08,09:00,20,40:00"]],
    ["5 4 * * mon-fri", "5 4 * * mon-fri", ["Mon,Tue,Wed,Thu,Fri *-*-* 04:05:00"]],
    ["5 4 * * 7", "5 4 * * 0", ["Sun *-*-* 04:05:00"]],
    ["5 4 * * 0-7", "5 4 * * 0,1,2,3,4,5,6", ["*-*-* 04:05:00"]],
    ["0 0 1,15 * 3", "0 0 1,15 * 3", ["*-*-01,15 00:00:00", "Wed *-*-* 00:00:00"]],
    ["* * * * *", "* * * * *", ["*-*-* *:*:00"]],
    ["3/25 * * * *", "3/25 * * * *", ["*-*-* *:03,28,53:00"]],
  ] as const
) {
  Deno.test(`parseSchedule() understands "${cron}", and systemd is told the same`, () => {
    const schedule = parseSchedule(cron);
    assert.equal(schedule.cron, shown);
    assert.deepEqual(calendars(schedule), events);
  });
}

for (
  const text of [
    "",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 8",
    "5-1 * * * *",
  ]
) {
  Deno.test(`parseSchedule() refuses "${text}"`, () => {
    assert.throws(() => parseSchedule(text), { code: "invalid-schedule" });
  });
}
for (
  const text of [
    "*/0 * * * *",
    "a * * * *",
    "1,,2 * * * *",
    "1-2-3 * * * *",
    "@often",
    "-1 * * * *",
    "* * * * * *",
  ]
) {
  Deno.test(`parseSchedule() refuses "${text}"`, () => {
    assert.throws(() => parseSchedule(text), { code: "invalid-schedule" });
  });
}

Deno.test("intervals() lists every time for launchd, and day or weekday as cron does", () => {
  assert.deepEqual(intervals(parseSchedule("0 6,18 * * *")), [{ Hour: 6, Minute: 0 }, {
    Hour: 18,
    Minute: 0,
  }]);
  assert.deepEqual(intervals(parseSchedule("0 6 1 * 1")), [
    { Day: 1, Hour: 6, Minute: 0 },
    { Weekday: 1, Hour: 6, Minute: 0 },
  ]);
  assert.throws(() => intervals(parseSchedule("*/2 */2 1-20 * *")), { code: "invalid-schedule" });
});

/** Printable texts with many of the marks that shells and schedulers look for. */
const words = fc.array(
  fc.string({ unit: fc.constantFrom(..."'\"\\$%`!#;&|<>(){}[]*?~ ^=+-@:,./aZé0"), minLength: 1 }),
  { minLength: 1, maxLength: 4 },
);

Deno.test({
  name: "shellLine() hands every word to a program as it is, through a crontab too",
  ignore: Deno.build.os === "windows",
}, async () => {
  await fc.assert(
    fc.asyncProperty(words, async (given) => {
      // What cron does to a command before a shell gets it.
      const command = crontabCommand(shellLine(["printf", "%s\\n", ...given])).replaceAll("\\%", "%");
      const { stdout } = await new Deno.Command("sh", { args: ["-c", command] }).output();
      assert.equal(new TextDecoder().decode(stdout), given.map((word) => `${word}\n`).join(""));
      assert.ok(!/(?<!\\)%/.test(crontabCommand(shellLine(given))));
    }),
    { numRuns: 40 },
  );
});

/** How systemd reads the words of ExecStart=, as its manual has it. */
function systemdReads(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word]) =>
    word.replaceAll("%%", "%").replaceAll(/\\(.)/g, "$1").replaceAll("$$", "$")
  );
}

Deno.test("systemdWord() is one word that means itself", () => {
  fc.assert(fc.property(words, (given) => {
    const line = given.map(systemdWord).join(" ");
    assert.deepEqual(systemdReads(line), given);
    assert.ok(!/(?<!%)(?:%%)*%(?!%)/.test(line) && !/(?<!\$)(?:\$\$)*\$(?!\$)/.test(line));
  }));
});

Deno.test("xmlText() and workflowText() leave nothing that begins markup or an expression", () => {
  fc.assert(fc.property(words, ([given]) => {
    assert.ok(!/[<>]|&(?!(?:amp|lt|gt);)/.test(xmlText(given)));
    const literal = workflowText(`${given}\${{ secrets.A }}`);
    assert.equal(literal.replaceAll("${{ '${{' }}", "").includes("${{"), false);
  }));
});

const MODULE = 'export default { client: { base_url: "https://a.example" }, resources: ["pets"] };\n';

for (const target of ["cron", "systemd", "launchd"]) {
  Deno.test(`deploy ${target} writes files of its own, keeps what says the same and refuses what does not`, async () => {
    await withWorkplace({ files: { "my pets.ts": MODULE } }, async ({ folder, sluice }) => {
      const first = await sluice("deploy", target, "./my pets.ts", "--schedule", "@daily");
      assert.equal(first.code, 0, first.err);
      assert.match(first.out, /^Wrote {2}deploy\/sluice[.-]my_pets\./);
      assert.match(first.out, /\nLeft to do\n {2}1\. /);
      const again = await sluice("deploy", target, "./my pets.ts", "--schedule", "@daily");
      assert.match(again.out, /^Kept {3}deploy/);
      const other = await sluice("deploy", target, "./my pets.ts", "--schedule", "@hourly", "--json");
      assert.equal(JSON.parse(other.out).error.code, "exists");
      assert.equal(
        (await sluice("deploy", target, "./my pets.ts", "--schedule", "@hourly", "--force")).code,
        0,
      );
      for (const { name } of Deno.readDirSync(join(folder, "deploy"))) {
        if (name.endsWith(".timer")) continue;
        assert.ok((await Deno.readTextFile(join(folder, "deploy", name))).includes("my pets.ts"), name);
      }
    });
  });
}

Deno.test("deploy says what cannot be scheduled, and why", async () => {
  await withWorkplace({ files: { "pets.ts": MODULE } }, async ({ folder, sluice }) => {
    const cases: [string[], string][] = [
      [["cron", "./pets.ts", "--schedule", "often"], "invalid-schedule"],
      [["cron", "nope"], "unknown-source"],
      [["cron", "./nope.ts"], "unknown-source"],
      [["cron", "./pets.ts", "--pipeline-name", "../x"], "invalid-name"],
      [["github-actions", "./pets.ts"], "no-repository"],
      [["github-actions", "./pets.ts", "--with", "binary"], "unknown-repository"],
    ];
    await Deno.writeTextFile(join(folder, "line\nbreak.ts"), MODULE);
    cases.push([["systemd", "./line\nbreak.ts"], "unusable-path"]);
    for (const [args, code] of cases) {
      if (code === "unknown-repository") await Deno.mkdir(join(folder, ".git"));
      const { out } = await sluice("deploy", ...args, "--json");
      assert.equal(JSON.parse(out).error.code, code, args.join(" "));
    }
  });
});

Deno.test("deploy asks for the values that are missing and for those that only this machine has", async () => {
  const source = `import { defineSource } from "@sluice/sluice";
export default defineSource("pets", {
  base_url: { type: "text", required: true, help: "Where." },
  region: { type: "text", required: true, help: "Which." },
  key: { type: "text", secret: true, help: "A key." },
}, ({ base_url }) => ({ client: { base_url, auth: "bearer" }, resources: ["pets"] }));
`;
  const files = {
    "pets.ts": source,
    ".dlt/config.toml": '[sources.pets]\nbase_url = "https://a.example"\n',
    ".dlt/secrets.toml": '[sources.pets]\nkey = "of-this-machine"\n',
  };
  await withWorkplace({ files }, async ({ folder, sluice }) => {
    await Deno.mkdir(join(folder, ".git"));
    const { code, out, err } = await sluice("deploy", "github-actions", "./pets.ts", "--with", "deno");
    assert.equal(code, 0, err);
    assert.deepEqual([...out.matchAll(/gh secret set (\S+)/g)].map(([, name]) => name), [
      "SOURCES__PETS__CREDENTIALS__TOKEN",
      "SOURCES__PETS__KEY",
      "SOURCES__PETS__REGION",
    ]);
    assert.ok(!(out + err).includes("of-this-machine"));
  });
});

Deno.test("deploy systemd writes units that systemd takes, where it is there to be asked", async () => {
  const analyze = (args: string[], cwd: string) =>
    new Deno.Command("systemd-analyze", { args, cwd, env: { XDG_RUNTIME_DIR: cwd } }).output();
  try {
    await analyze(["--version"], ".");
  } catch {
    console.log("SKIPPED: systemd-analyze is not here");
    return;
  }
  await withWorkplace({ files: { "a 100% $HOME 'b'.ts": MODULE } }, async ({ folder, sluice }) => {
    const { out, err } = await sluice(
      "deploy",
      "systemd",
      "./a 100% $HOME 'b'.ts",
      "--schedule",
      "0 0 1 * 3",
      "--json",
    );
    assert.equal(err, "");
    const files: string[] = JSON.parse(out).files.map(({ path }: { path: string }) => path);
    const timer = await Deno.readTextFile(join(folder, files[1]));
    for (const [, event] of timer.matchAll(/^OnCalendar=(.*)$/gm)) {
      assert.equal((await analyze(["calendar", event], folder)).code, 0, event);
    }
    const { stderr } = await analyze(["verify", "--user", ...files], folder);
    const said = new TextDecoder().decode(stderr);
    assert.ok(!said.split("\n").some((line) => files.some((file) => line.includes(`${file}:`))), said);
  });
});
