/**
 * What lives beside a workflow: the repository, a bare one on this disk, with runs, artifacts, caches, secrets
 * and releases; and the program `gh` that asks for them. Holds no tests itself.
 * @module
 */
import { dirname, join } from "node:path";

/** A forge on this disk. */
export interface Forge extends AsyncDisposable {
  /** Everything is below it. */
  readonly folder: string;
  /** The bare repository. */
  readonly repository: string;
  /** The folder of `gh`, for the path. */
  readonly bin: string;
  readonly secrets: Record<string, string>;
  /** Remembers how a run ended. */
  ended(runId: number, conclusion: "success" | "failure" | "cancelled"): Promise<void>;
  artifact(runId: number, name: string): string;
  cache(key: string): string;
  /** Puts a file into the only release. */
  release(name: string, text: string): Promise<void>;
}

/** Makes a forge whose repository holds these files. */
export async function forge(files: Readonly<Record<string, string>>): Promise<Forge> {
  const folder = await Deno.makeTempDir({ prefix: "sluice_forge_" });
  const [repository, bin, seed] = ["repository.git", "bin", "seed"].map((name) => join(folder, name));
  for (const name of ["artifacts", "caches", "release", "bin"]) await Deno.mkdir(join(folder, name));
  await Deno.writeTextFile(join(folder, "runs"), "");
  await Deno.writeTextFile(join(bin, "gh"), ghScript(folder), { mode: 0o755 });
  await git(folder, "init", "--quiet", "--bare", "--initial-branch=main", repository);
  await git(folder, "init", "--quiet", "--initial-branch=main", seed);
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(seed, name)), { recursive: true });
    await Deno.writeTextFile(join(seed, name), text);
  }
  await git(seed, "add", "--all", "--force");
  await git(seed, "commit", "--quiet", "-m", "Seed");
  await git(seed, "push", "--quiet", repository, "main");
  return {
    folder,
    repository,
    bin,
    secrets: {},
    ended: (runId, conclusion) =>
      Deno.writeTextFile(join(folder, "runs"), `${runId} ${conclusion}\n`, { append: true }),
    artifact: (runId, name) => join(folder, "artifacts", String(runId), name),
    cache: (key) => join(folder, "caches", key),
    release: (name, text) => Deno.writeTextFile(join(folder, "release", name), text, { mode: 0o755 }),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Runs git as somebody without a configuration of their own. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-c", "user.name=Tester", "-c", "user.email=tester@example.com", ...args],
    cwd,
    env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
  }).output();
  if (!success) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** The three things that workflows ask of it; anything else is an error, so that no step goes by unnoticed. */
function ghScript(folder: string): string {
  return `#!/bin/bash
set -euo pipefail
store='${folder}'
[ "$GH_TOKEN" = token-of-the-run ]
what="$1 $2"; shift 2
case "$what" in
  "run list")
    limit=0; filter=cat
    while [ $# -gt 0 ]; do
      case "$1" in
        --limit) limit=$2 ;;
        --jq) case "$2" in *'conclusion != "success"'*) filter="grep -v success" ;; esac ;;
        --status) [ "$2" = completed ] ;;
        --workflow) [ -f "$GITHUB_WORKSPACE/.github/workflows/$2" ] ;;
        --json) ;;
        *) echo "gh run list: $1?" >&2; exit 64 ;;
      esac
      shift 2
    done
    tac "$store/runs" | head -n "$limit" | { $filter || true; } | cut -d' ' -f1
    ;;
  "run download")
    id=$1; shift
    while [ $# -gt 0 ]; do
      case "$1" in --name) name=$2 ;; --dir) dir=$2 ;; *) exit 64 ;; esac
      shift 2
    done
    [ -d "$store/artifacts/$id/$name" ] || { echo "no artifact matches" >&2; exit 1; }
    mkdir -p "$dir"
    cp -R "$store/artifacts/$id/$name/." "$dir"
    ;;
  "release download")
    shift
    while [ $# -gt 0 ]; do
      case "$1" in --pattern) cp "$store/release/$2" . ;; --repo) ;; *) exit 64 ;; esac
      shift 2
    done
    ;;
  *) echo "gh $what?" >&2; exit 64 ;;
esac
`;
}
