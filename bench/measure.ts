/**
 * Runs one subject of a benchmark as a process of its own and reads what it measured.
 * @module
 */

/** What a subject reports. Seconds are of the work alone, without the start of the process. */
export interface Measured {
  readonly seconds: number;
  readonly rows: number;
  /** Peak resident memory of the whole process, MB. */
  readonly peakMb: number;
}

/** What a subject is given. */
export interface Task {
  readonly url: string;
  readonly token: string;
  readonly database: string;
  /** A database with the rows to insert. */
  readonly from: string;
}

/** Runs `bench/subjects/<name>.ts`. @throws {Error} when it fails */
export async function runSubject(name: string, task: Task): Promise<Measured> {
  const script = new URL(`./subjects/${name}.ts`, import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--v8-flags=--max-semi-space-size=4", script, JSON.stringify(task)],
  }).output();
  if (!success) throw new Error(`${name} failed: ${new TextDecoder().decode(stderr)}`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

/** The task of the running subject. */
export function taskOf(): Task {
  return JSON.parse(Deno.args[0]);
}

/** Times the work and prints the result for {@link runSubject}. */
export async function report(work: () => Promise<number>): Promise<void> {
  const start = performance.now();
  const rows = await work();
  const seconds = (performance.now() - start) / 1000;
  console.log(JSON.stringify({ seconds, rows, peakMb: peakMb() }));
}

/** The kernel's high-water mark where there is one, else what is resident now. */
function peakMb(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1000;
  } catch {
    return Deno.memoryUsage().rss / 1e6;
  }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}
