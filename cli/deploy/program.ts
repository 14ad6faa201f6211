/**
 * How this very program is started again from elsewhere: the binary, or Deno with the sources it runs now.
 * @module
 */
import { fileURLToPath } from "node:url";
import manifest from "../../deno.json" with { type: "json" };

const MAIN = new URL("../../main.ts", import.meta.url);

/** The permissions of the task `sluice`, for where no deno.json names them. */
export const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-net",
  "--allow-sys=hostname",
  "--no-prompt",
];

/** The name that the released package has for Deno. */
export const PACKAGE = `jsr:${manifest.name}@${manifest.version}/cli`;

/** The words that start this program, with absolute paths. */
export function ownProgram(): string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  if (MAIN.protocol !== "file:") return [Deno.execPath(), "run", "-q", ...PERMISSIONS, MAIN.href];
  const config = fileURLToPath(new URL("deno.json", MAIN));
  return [Deno.execPath(), "run", "-q", "-P=cli", "--no-prompt", "--config", config, fileURLToPath(MAIN)];
}
