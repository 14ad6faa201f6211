/**
 * What a subject measures of itself: time and processor time of its work alone, and the peak of its memory.
 * @module
 */
import process from "node:process";

/** What a subject reports. */
export interface Measured {
  /** Of the work, without the start of the process. */
  readonly seconds: number;
  /** User and system time of all threads over the same span. */
  readonly cpuSeconds: number;
  /** Peak resident memory of the whole process, in millions of bytes. */
  readonly peakMb: number;
}

/** Runs while there is work, and can be stopped for what does not count. */
export class Stopwatch {
  #seconds = 0;
  #cpuSeconds = 0;
  #since: { readonly now: number; readonly cpu: number } | undefined;

  start(): void {
    this.#since = { now: performance.now(), cpu: cpuSeconds() };
  }

  stop(): void {
    if (!this.#since) return;
    this.#seconds += (performance.now() - this.#since.now) / 1000;
    this.#cpuSeconds += cpuSeconds() - this.#since.cpu;
    this.#since = undefined;
  }

  /** Prints what was measured, as the last line. */
  report(): void {
    this.stop();
    const measured: Measured = { seconds: this.#seconds, cpuSeconds: this.#cpuSeconds, peakMb: peakMb() };
    console.log(JSON.stringify(measured));
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The kernel's high-water mark where there is one, else what is resident now. */
function peakMb(): number {
  try {
    const [, kb] = /VmHWM:\s+(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"))!;
    return Number(kb) * 1024 / 1e6;
  } catch {
    return Deno.memoryUsage().rss / 1e6;
  }
}
