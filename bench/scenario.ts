/**
 * What a scenario is: a served data set, the configuration that Sluice and dlt load it with, and how it is
 * measured.
 * @module
 */
import type { JsonObject } from "../pipeline/json.ts";

/** What a server answers with: bytes that are ready, and where the list goes on. */
export interface Answer {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Path and query of the next page. */
  readonly next?: string;
}

/** Answers an address; undefined where there is nothing. */
export type Dataset = (url: URL) => Answer | undefined;

/** What is run; `floor` is the least any program must do. */
export type Subject = "sluice" | "floor" | "dlt";

interface Described {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  readonly rounds: number;
  /** Runs only when named. */
  readonly onDemand?: boolean;
}

/** Served pages that are loaded into SQLite. */
export interface LoadScenario extends Described {
  /** Records of the main list at scale 1. */
  readonly records: number;
  readonly dataset: (records: number) => Dataset | Promise<Dataset>;
  /**
   * The source in the grammar that Sluice and dlt share, without the address. Where there is a first run, it is
   * asked for that one first.
   */
  readonly config: (run: "first" | "measured") => JsonObject;
  /** The lists the floor reads: path and query of each first page. */
  readonly starts: (records: number) => readonly string[];
  /**
   * The column that identifies rows, where the measured run is the second one on tables that are there already.
   */
  readonly changesBy?: string;
  /** Rounds of dlt where they are fewer, or why it does not run. */
  readonly dlt?: number | string;
  /** Why the floor does not run; then `rows` says what must be there. */
  readonly floor?: string;
  readonly rows?: (records: number) => Readonly<Record<string, number>>;
  readonly server?: ServerBehaviour;
  /** Requests in flight at once. @default 1 */
  readonly lanes?: number;
}

/** How a server behaves. */
export interface ServerBehaviour {
  /** What each answer takes. */
  readonly latencyMs?: number;
  readonly budget?: Budget;
}

/** Requests allowed in each minute of a clock that runs `timeScale` times as fast as the real one. */
export interface Budget {
  readonly perMinute: number;
  readonly timeScale: number;
}

/** Commands whose whole time counts, start included. */
export interface CommandScenario extends Described {
  readonly commands: Readonly<Record<string, TimedCommand>>;
}

/** A command and who of the subjects it stands for. */
export interface TimedCommand {
  /** Arguments of `deno run`, after the flags of the task `sluice`. */
  readonly deno?: readonly string[];
  /** Arguments of dlt's command line. */
  readonly dlt?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One thing that is measured. */
export type Scenario = LoadScenario | CommandScenario;
