/**
 * How large binaries are and how fast they start, and how that compares with the build before. Pure, apart
 * from the clock.
 * @module
 */

/** What is measured of one binary. */
export interface Measure {
  /** The whole file; absent when its base was a stand-in. */
  readonly bytes?: number;
  /** What is carried: modules and packages. */
  readonly carriedBytes: number;
  /** Best of some starts with `--version`; absent when the binary cannot run here. */
  readonly startMs?: number;
}

/** Measures by file name. */
export type Measures = Readonly<Record<string, Measure>>;

const STARTS = 7;

/** The shortest of several starts: the others say what else the machine did. */
export async function startMs(executable: string): Promise<number> {
  let best = Infinity;
  for (let count = 0; count < STARTS; count++) {
    const start = performance.now();
    const { success } = await new Deno.Command(executable, { args: ["--version"], stdout: "null" }).output();
    if (!success) throw new Error(`Cannot measure ${executable}: it does not print its version`);
    best = Math.min(best, performance.now() - start);
  }
  return Math.round(best * 10) / 10;
}

/** One line for each binary, with the change since the last build where that is known. */
export function measureLines(now: Measures, last: Measures): string[] {
  return Object.entries(now).map(([file, { bytes, carriedBytes, startMs }]) => {
    const before = last[file];
    const facts = [
      bytes !== undefined && `${megabytes(bytes)}${change(bytes, before?.bytes, megabytes)}`,
      `carries ${megabytes(carriedBytes)}${change(carriedBytes, before?.carriedBytes, megabytes)}`,
      startMs !== undefined &&
      `starts in ${milliseconds(startMs)}${change(startMs, before?.startMs, milliseconds)}`,
    ];
    return `${file}: ${facts.filter(Boolean).join(", ")}`;
  });
}

function change(now: number, before: number | undefined, text: (value: number) => string): string {
  if (before === undefined) return "";
  const difference = text(Math.abs(now - before));
  // What rounds to nothing is no change.
  if (difference === text(0)) return " (as before)";
  return ` (${now > before ? "+" : "−"}${difference})`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}
