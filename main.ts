/**
 * The command line: runs the command that the arguments name, and turns whatever goes wrong into one message and
 * an exit code. Only what is needed is loaded, so that what is quick to say is said quickly.
 * @module
 */
import { loadParser } from "./cli/mod.ts";
import { printFailure } from "./cli/print.ts";
import { versionText } from "./cli/version.ts";

/** Runs a command line and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  if (asksForVersion(args)) {
    console.log(versionText(args));
    return 0;
  }
  const { parse } = await loadParser();
  return await parse(args);
}

function asksForVersion(args: readonly string[]): boolean {
  return args.some((arg) => arg === "--version" || arg === "-V") &&
    args.every((arg) => ["--version", "-V", "--json", "--debug"].includes(arg));
}

if (import.meta.main) {
  for (const kind of ["unhandledrejection", "error"] as const) {
    globalThis.addEventListener(kind, (event) => {
      event.preventDefault();
      Deno.exit(printFailure("reason" in event ? event.reason : (event as ErrorEvent).error, Deno.args));
    });
  }
  Deno.exit(await main(Deno.args));
}
