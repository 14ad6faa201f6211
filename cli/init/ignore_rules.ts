/**
 * Rules for git: secrets, stored state and loaded data stay out of a repository.
 * @module
 */
import { relative } from "node:path";
import { appendix } from "./files.ts";

/** The rules for one source; `folder` is where the configuration is. */
export function ignoreRules(name: string, projectDirectory: string, folder: string): string[] {
  const below = relative(projectDirectory, folder).replaceAll("\\", "/");
  const isInside = below !== "" && !below.startsWith("..");
  return [
    ...(isInside ? [`${below}/secrets.toml`] : []),
    ".dlt/.var/",
    "*.sqlite",
    "*.sqlite-shm",
    "*.sqlite-wal",
    "*.sqlite-journal",
    `${name}_data/`,
  ];
}

/** What to add to a .gitignore; empty when every rule is there in one form or another. */
export function missingRules(before: string, rules: readonly string[]): string {
  const lines = before.replace(/^\uFEFF/, "").split(/\r?\n/).map((line) => line.trimEnd());
  const missing = rules.filter((rule) => !isIgnored(lines, rule));
  return missing.length ? appendix(before, missing) : "";
}

/** The last line about a rule decides, as it does for git. */
function isIgnored(lines: readonly string[], rule: string): boolean {
  const bare = rule.replace(/\/$/, "");
  const parts = bare.split("/");
  const forms = new Set<string>();
  // A rule for an outer folder covers what is in it.
  for (let count = 1; count <= parts.length; count++) {
    const path = parts.slice(0, count).join("/");
    for (const form of [path, `/${path}`, `**/${path}`]) {
      for (const end of ["", "/", "/*", "/**"]) forms.add(form + end);
    }
  }
  forms.add(parts.at(-1)!);
  const isAbout = (line: string) => forms.has(line) || line === `**/${parts.at(-1)}`;
  const last = lines.findLast((line) => isAbout(line.replace(/^!/, "")));
  return last !== undefined && !last.startsWith("!");
}
