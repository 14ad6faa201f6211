/**
 * Runs a subject as a process of its own and reads what it measured.
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { type Environment, isolated } from "../tests/parity/environment.ts";
import type { Subject, TimedCommand } from "./scenario.ts";
import type { Measured } from "./stopwatch.ts";
import type { Task } from "./task.ts";

/** The clone. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const subjectFile = (name: string) => join(ROOT, "bench", "subjects", name);

/** The flags a user's run has: those of the task `sluice`. */
function sluiceFlags(): string[] {
  const words = manifest.tasks.sluice.command.split(" ");
  return words.slice(2, words.indexOf("main.ts"));
}

/**
 * Runs a subject on a task.
 *
 * @param profile a folder for a CPU profile
 * @throws {Error} with the end of what it wrote
 */
export async function runSubject(
  subject: Subject,
  task: Task,
  { python, profile }: { python?: Environment; profile?: string } = {},
): Promise<Measured> {
  await Deno.mkdir(task.folder, { recursive: true });
  const taskFile = join(task.folder, "task.json");
  await Deno.writeTextFile(taskFile, JSON.stringify(task));
  const profiling = profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`];
  const commands: Record<Subject, () => Deno.Command> = {
    sluice: () => deno([...sluiceFlags(), ...profiling, subjectFile("sluice.ts"), taskFile]),
    floor: () => deno(["-q", "-A", subjectFile("floor.ts"), taskFile]),
    dlt: () =>
      new Deno.Command(python!.python, {
        args: [subjectFile("with_dlt.py"), taskFile],
        cwd: task.folder,
        clearEnv: true,
        env: isolated(task.folder),
      }),
  };
  const text = await outputOf(subject, commands[subject]());
  return JSON.parse(text.trim().split("\n").at(-1)!);
}

/** Runs a command and returns the seconds it took. @throws {Error} with the end of what it wrote */
export async function timeCommand(
  name: string,
  command: TimedCommand,
  { python, folder }: { python?: Environment; folder: string },
): Promise<number> {
  const made = command.dlt
    ? new Deno.Command(python!.dlt, {
      args: [...command.dlt],
      cwd: folder,
      clearEnv: true,
      env: isolated(folder),
    })
    : deno([...sluiceFlags(), ...command.deno!], command.env);
  const start = performance.now();
  await outputOf(name, made);
  return (performance.now() - start) / 1000;
}

function deno(args: readonly string[], env: Readonly<Record<string, string>> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), { args: ["run", ...args], cwd: ROOT, env });
}

async function outputOf(name: string, command: Deno.Command): Promise<string> {
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`${name} failed:\n${(decoder.decode(stdout) + decoder.decode(stderr)).slice(-4000)}`);
}
