/**
 * What `--version` prints: the version, and in a compiled binary the commit and day it was made from.
 * @module
 */
import manifest from "../deno.json" with { type: "json" };

/** What the task that compiles writes into `dist/build.json`, which the binary carries. */
export interface Build {
  /** The commit's hash. */
  readonly commit?: string;
  /** When that commit was made, ISO 8601. */
  readonly date?: string;
  /** Where releases are, as `owner/name`. */
  readonly repository?: string;
}

/** This program's version as data. */
export interface Version extends Build {
  readonly version: string;
  readonly deno: string;
  /** E.g. `x86_64-unknown-linux-gnu`. */
  readonly target: string;
  /** Compiled, with no runtime beside it. */
  readonly standalone: boolean;
}

/** The version of this program. */
export function programVersion(): Version {
  return {
    version: manifest.version,
    ...ownBuild(),
    deno: Deno.version.deno,
    target: Deno.build.target,
    standalone: Deno.build.standalone,
  };
}

/** The version as the command line asks for it: one line, or with `--json` one object. */
export function versionText(args: readonly string[], version: Version = programVersion()): string {
  if (args.includes("--json")) return JSON.stringify(version);
  const { commit, date } = version;
  const build = [commit?.slice(0, 9), date?.slice(0, 10)].filter(Boolean).join(", ");
  return build ? `${version.version} (${build})` : version.version;
}

/** A file of that name beside a clone says nothing about the clone, so only a binary reads its own. */
function ownBuild(): Build {
  if (!Deno.build.standalone) return {};
  return JSON.parse(Deno.readTextFileSync(new URL("../dist/build.json", import.meta.url)));
}
