/**
 * What `deno task compile` makes and finds: the task itself, which says whether it built or only proved; what
 * it takes for wrong; and how it compares builds.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { versionText } from "../cli/version.ts";
import { moduleFailed } from "../extract/definition/module_failure.ts";
import { type Embedded, readEmbedded } from "../release/embedded.ts";
import { type Expected, problemsOf } from "../release/expected.ts";
import { measureLines } from "../release/measure.ts";

Deno.test("deno task compile builds, or proves what a binary would carry, and says which", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "compile", Deno.build.target],
    env: { NO_COLOR: "1" },
  }).output();
  const out = new TextDecoder().decode(stdout);
  assert.equal(code, 0, out + new TextDecoder().decode(stderr));
  assert.match(out, /^Carried: \d+ files; \d+ of the project and \d+ packages, as expected$/m);
  assert.match(out, /: (?:\d+\.\d\d MB.*)?carries \d+\.\d\d MB/);
  assert.match(out, /^(?:BUILT: sluice-|NOT BUILT: .*\nPROVEN ONLY: )/m);
});

Deno.test("deno task compile with --require-base fails where there is no base, and with a wrong name always", async () => {
  const compile = async (...args: string[]) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", "compile", ...args],
      // No file there, so that nothing is built.
      env: { NO_COLOR: "1", DENORT_BIN: join(Deno.cwd(), "dist", "no-such-base") },
    }).output();
    return { code, err: new TextDecoder().decode(stderr) };
  };
  assert.equal((await compile("--require-base", Deno.build.target)).code, 1);
  const { code, err } = await compile("amiga");
  assert.equal(code, 2);
  assert.match(err, /Cannot compile for "amiga"\n {2}next: name one of x86_64-unknown-linux-gnu, /);
});

Deno.test("readEmbedded() refuses what deno compile has not made", () => {
  assert.throws(() => readEmbedded(new Uint8Array(1000)), /has added nothing/);
  const cut = new TextEncoder().encode('d3n0l4nd\xff\0\0\0\0\0\0\0{"argv":[]'.replace("\xff", "\x7f"));
  assert.throws(() => readEmbedded(cut), /cut off/);
});

const NPM = ".deno_compile_node_modules/localhost";
const sound: Embedded = {
  entrypoint: "main.ts",
  imports: { "@sluice/sluice": "./mod.ts" },
  files: [
    { path: "main.ts", bytes: 10 },
    { path: `${NPM}/@own/pack/1.0.0_1/index.js`, bytes: 10 },
  ],
  bytes: 100,
};
const expected: Expected = {
  files: new Set(["main.ts"]),
  packages: new Set(["@own/pack@1.0.0"]),
  unclear: [],
};

Deno.test("problemsOf() finds nothing in a binary that carries what it has to", () => {
  assert.deepEqual(problemsOf(sound, expected), []);
});

for (
  const [what, embedded, wanted, problem] of [
    ["a module is missing", { files: sound.files.slice(1) }, {}, "main.ts is missing"],
    ["a package is missing", { files: sound.files.slice(0, 1) }, {}, "package @own/pack@1.0.0 is missing"],
    [
      "a test is in it",
      { files: [...sound.files, { path: "tests/a_test.ts", bytes: 1 }] },
      {},
      "tests/a_test.ts is in it and not needed",
    ],
    [
      "a package is in it that nothing reaches",
      { files: [...sound.files, { path: `${NPM}/left/2.0.0/index.js`, bytes: 1 }] },
      {},
      "package left@2.0.0 is in it and not needed",
    ],
    [
      "native code is in it",
      { files: [...sound.files, { path: `${NPM}/@own/pack/1.0.0_1/a.so.3`, bytes: 1 }] },
      {},
      `${NPM}/@own/pack/1.0.0_1/a.so.3 is native code`,
    ],
    [
      "a file of a package is large",
      { files: [...sound.files, { path: `${NPM}/@own/pack/1.0.0_1/data.json`, bytes: 9e6 }] },
      {},
      `${NPM}/@own/pack/1.0.0_1/data.json is large, 9000000 bytes`,
    ],
    [
      "the public name leads nowhere",
      { imports: {} },
      {},
      "the library's public name leads nowhere, so that no user's module could import it",
    ],
    ["another module starts", { entrypoint: "mod.ts" }, {}, "it starts with mod.ts"],
    [
      "an import is only known at run time",
      {},
      { unclear: ["cli/mod.ts"] },
      "cli/mod.ts imports something that is only known when it runs",
    ],
  ] as const
) {
  Deno.test(`problemsOf() tells when ${what}`, () => {
    assert.deepEqual(problemsOf({ ...sound, ...embedded }, { ...expected, ...wanted }), [problem]);
  });
}

Deno.test("measureLines() compares with the last build what was measured then", () => {
  const now = { "sluice-a": { bytes: 90_500_000, carriedBytes: 15_000_000, startMs: 61.2 } };
  assert.deepEqual(measureLines(now, {}), ["sluice-a: 90.50 MB, carries 15.00 MB, starts in 61 ms"]);
  const last = { "sluice-a": { bytes: 90_000_000, carriedBytes: 15_000_001, startMs: 70 } };
  assert.deepEqual(measureLines(now, last), [
    "sluice-a: 90.50 MB (+0.50 MB), carries 15.00 MB (as before), starts in 61 ms (−9 ms)",
  ]);
});

Deno.test("versionText() adds commit and day where they are known, and is data with --json", () => {
  const plain = { version: "1.2.3", deno: "2.9.6", target: "x", standalone: false };
  assert.equal(versionText([], plain), "1.2.3");
  const built = { ...plain, commit: "0123456789abcdef", date: "2026-11-24T12:00:00+00:00", standalone: true };
  assert.equal(versionText([], built), "1.2.3 (012345678, 2026-11-24)");
  assert.deepEqual(JSON.parse(versionText(["--json", "--version"], built)), built);
});

for (
  const [message, said, advice] of [
    [
      'Import "lodash" not a dependency at file:///home/me/pets.ts:1:8',
      'Cannot load "./pets.ts": Import "lodash" not a dependency',
      /^the binary imports files beside the module, node: modules and @sluice\/sluice; .*run Sluice with Deno/,
    ],
    [
      "Module not found: https://example.com/x.ts",
      'Cannot load "./pets.ts": Module not found: https://example.com/x.ts',
      /^the binary imports/,
    ],
    [
      "The requested module '@sluice/sluice' does not provide an export named 'x'",
      /does not provide an export named 'x'$/,
      /^correct the name/,
    ],
    [
      "Import 'file:///home/me/pets.ts' failed.\n    0: Permission denied (os error 13)",
      'Cannot load "./pets.ts": Permission denied (os error 13)',
      /^make the file readable$/,
    ],
    [
      "Import 'file:///home/me/pets.ts' failed.\n    0: Too many open files (os error 24)",
      'Cannot load "./pets.ts": too many files are open',
      /^raise the limit/,
    ],
    ["Parse error: Expected ';' at file:///home/me/pets.ts:3:1", /Expected ';'/, /^correct the module at/],
  ] as const
) {
  Deno.test(`moduleFailed() in a binary says what to do about "${message.slice(0, 28)}…"`, () => {
    const error = moduleFailed("./pets.ts", new TypeError(message), { standalone: true });
    if (typeof said === "string") assert.equal(error.message, said);
    else assert.match(error.message, said);
    assert.match(error.next!, advice);
  });
}
