/**
 * Runs many command lines in one process, which is a child of a test: reads them as JSON from standard input, each
 * with its folder, and writes what each printed and ended with. Holds no tests itself.
 * @module
 */
import { main } from "../main.ts";
import { homeIn } from "./deno_directory.ts";

/** A command line and the folder it is given in. */
export interface CommandLine {
  readonly cwd: string;
  readonly args: readonly string[];
}

/** How it ended. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs command lines one after the other in a process of their own, with the permissions of the command. */
export async function runCommands(lines: readonly CommandLine[]): Promise<CommandResult[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--no-prompt", "-P=cli", "--config", "deno.json", new URL(import.meta.url).pathname],
    env: { NO_COLOR: "1", ...await homeIn(lines[0]!.cwd) },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(lines)));
  await writer.close();
  return JSON.parse(new TextDecoder().decode((await child.output()).stdout));
}

if (import.meta.main) {
  const lines: CommandLine[] = JSON.parse(await new Response(Deno.stdin.readable).text());
  const results: CommandResult[] = [];
  const { log } = console;
  for (const { cwd, args } of lines) {
    const printed = { out: "", err: "" };
    console.log = (text: string) => printed.out += `${text}\n`;
    console.error = (text: string) => printed.err += `${text}\n`;
    Deno.chdir(cwd);
    results.push({ code: await main(args), ...printed });
  }
  log(JSON.stringify(results));
  Deno.exit(0);
}
