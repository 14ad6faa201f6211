/**
 * `deno task compile`: makes the binaries in `dist/`, looks what they carry, measures them, and tries the one
 * for this machine. Where the base executable of Deno cannot be had, a stand-in takes its place: nothing can
 * be run then, but what a binary would carry is looked at all the same. It says which of the two it did.
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Build } from "../cli/version.ts";
import { readEmbedded } from "./embedded.ts";
import { type Expected, included, loadedByName, problemsOf, readExpected } from "./expected.ts";
import { type Measure, measureLines, type Measures, startMs } from "./measure.ts";
import { type Target, targets } from "./targets.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const MEASURES = join(DIST, "measures.json");
// Like the tasks of deno.json: a young generation of this size is enough, and more costs memory.
const FLAGS = ["-P=cli", "--no-prompt", "--v8-flags=--max-semi-space-size=8"];
const decoder = new TextDecoder();

/** Makes the binaries. Returns the exit code. */
export async function compile(args: readonly string[]): Promise<number> {
  const needsBase = args.includes("--require-base");
  const asked = args.filter((arg) => arg !== "--require-base");
  const unknown = asked.find((name) => !targets.some(({ triple }) => triple === name));
  if (unknown !== undefined) {
    console.error(
      `Cannot compile for "${unknown}"\n  next: name one of ${
        targets.map(({ triple }) => triple).join(", ")
      }`,
    );
    return 2;
  }
  await Deno.mkdir(DIST, { recursive: true });
  await Deno.writeTextFile(join(ROOT, included.build), JSON.stringify(await thisBuild()) + "\n");
  const expected = await readExpected(ROOT);
  const wanted = targets.filter(({ triple }) => asked.length === 0 || asked.includes(triple));
  const made: Record<string, Measure> = {};
  for (const target of buildable(wanted)) {
    const output = join(DIST, target.file);
    const failure = await denoCompile(target.triple, output, Deno.env.get("DENORT_BIN"));
    if (failure !== undefined) {
      if (needsBase || !isAboutTheBase(failure)) {
        return failed(`deno compile for ${target.triple}`, [failure]);
      }
      return await proveWithStandIn(expected, failure);
    }
    const code = checkCarried(output, expected);
    if (code !== 0) return code;
    const isRunnable = target.triple === Deno.build.target;
    made[target.file] = {
      bytes: (await Deno.stat(output)).size,
      carriedBytes: readEmbedded(await Deno.readFile(output)).bytes,
      startMs: isRunnable ? await startMs(output) : undefined,
    };
    if (isRunnable && !await smokeTest(output)) return 1;
  }
  await report(made);
  console.log(
    `BUILT: ${Object.keys(made).join(", ")} in dist/; the one for this machine passed the smoke test`,
  );
  return 0;
}

/** A base that is named fits this machine alone. */
function buildable(wanted: readonly Target[]): readonly Target[] {
  if (Deno.env.get("DENORT_BIN") === undefined) return wanted;
  const own = wanted.filter(({ triple }) => triple === Deno.build.target);
  console.log(`DENORT_BIN names a base for ${Deno.build.target}; other targets are left out`);
  return own;
}

/** The base is an executable that cannot start the program, so the file is looked at and removed. */
async function proveWithStandIn(expected: Expected, reason: string): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_compile_" });
  try {
    const output = join(folder, Deno.build.os === "windows" ? "sluice.exe" : "sluice");
    const failure = await denoCompile(Deno.build.target, output, Deno.execPath());
    if (failure !== undefined) return failed("deno compile with a stand-in base", [failure]);
    const code = checkCarried(output, expected);
    if (code !== 0) return code;
    await report({ "any target": { carriedBytes: readEmbedded(await Deno.readFile(output)).bytes } });
    console.log(
      `NOT BUILT: Deno's base executable cannot be had here (${
        reason.split("\n").at(-1)?.replace(/^[\s\d:]+/, "")
      })`,
    );
    console.log(
      "PROVEN ONLY: with a stand-in base, deno compile carries every module, asset and package, and no more.\n" +
        "Nothing was started. To build, name a base executable in DENORT_BIN, or let Deno download it",
    );
    return 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function checkCarried(file: string, expected: Expected): number {
  const embedded = readEmbedded(Deno.readFileSync(file));
  const problems = problemsOf(embedded, expected);
  if (problems.length) return failed("what the binary carries", problems);
  const packages = expected.packages.size;
  console.log(
    `Carried: ${embedded.files.length} files; ${expected.files.size} of the project and ${packages} packages, as expected`,
  );
  return 0;
}

/** Returns why it failed, undefined when it did not. */
async function denoCompile(triple: string, output: string, base?: string): Promise<string | undefined> {
  const include = [...Object.values(included), ...loadedByName].flatMap((path) => ["--include", path]);
  const options = ["--no-check", "--exclude-unused-npm", ...include, ...FLAGS, "--target", triple];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "-q", ...options, "-o", output, "main.ts"],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...base !== undefined && { DENORT_BIN: base } },
    stdout: "null",
  }).output();
  return success ? undefined : causeOf(decoder.decode(stderr));
}

/** What Deno says without the addresses inside it, which mean nothing to a reader. */
function causeOf(text: string): string {
  return text.split("Stack backtrace:")[0].trim();
}

function isAboutTheBase(failure: string): boolean {
  return /base binary|denort/i.test(failure);
}

async function smokeTest(executable: string): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-q", "-P=test", "--no-prompt", "tests/binary/"],
    cwd: ROOT,
    env: { SLUICE_BINARY: executable },
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return success;
}

async function report(made: Measures): Promise<void> {
  const last = await Deno.readTextFile(MEASURES).then(JSON.parse).catch(() => ({}));
  measureLines(made, last).forEach((line) => console.log(line));
  await Deno.writeTextFile(MEASURES, JSON.stringify({ ...last, ...made }, undefined, 2) + "\n");
}

function failed(what: string, problems: readonly string[]): number {
  console.error(`Cannot go on: ${what} is wrong\n${problems.map((each) => `  ${each}`).join("\n")}`);
  return 1;
}

/** Where the sources come from; without git nothing is known. */
async function thisBuild(): Promise<Build> {
  const [commit, date] = (await git("log", "-1", "--format=%H %cI"))?.split(" ") ?? [];
  return { commit, date, repository: Deno.env.get("GITHUB_REPOSITORY") };
}

async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", { args, cwd: ROOT, stderr: "null" }).output();
    return success ? decoder.decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) Deno.exit(await compile(Deno.args));
