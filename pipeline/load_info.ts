/**
 * What a run did, as data and as the lines that dlt users know; and the journal that adds it up.
 * @module
 */
import type { RowChanges } from "./destination.ts";
import type { Discarded } from "./discards.ts";
import type { Emit, RunEvent, StepName } from "./events.ts";
import type { LoadedPackage } from "./load.ts";

/** Something the user should know. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly resource?: string;
}

/** A package that is in the tables. */
export interface LoadedPackageInfo {
  readonly loadId: string;
  readonly state: "loaded";
  /** Rows per table. */
  readonly rows: Record<string, number>;
  /** What became of the rows of root tables, where the destination can tell. */
  readonly changes?: Readonly<Record<string, RowChanges>>;
  /** Rows and values that schema contracts kept out, per table. */
  readonly discarded: Record<string, Discarded>;
}

/** What a run did. */
export interface LoadInfo {
  /** The run's trace, as `pipeline <name> trace <id>` shows it. */
  readonly traceId: string;
  readonly pipelineName: string;
  readonly datasetName: string;
  readonly destination: string;
  /** Where the data is, without secrets. */
  readonly location: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly loadSeconds: number;
  readonly steps: Record<StepName, number>;
  /** More than one when an earlier run had left a package behind. */
  readonly loadPackages: readonly LoadedPackageInfo[];
  readonly resources: Record<string, { pages: number; rows: number }>;
  readonly requests: number;
  readonly warnings: readonly Warning[];
}

/** Watches the events of a run, counts them and passes them on. */
export class Journal {
  readonly #start = new Date();
  readonly #forward: Emit | undefined;
  readonly #warnings: Warning[] = [];
  #requests = 0;
  readonly seconds: Record<StepName, number> = { extract: 0, normalize: 0, load: 0 };
  resources: Record<string, { pages: number; rows: number }> = {};

  constructor(forward?: Emit) {
    this.#forward = forward;
  }

  readonly emit = (event: RunEvent): void => {
    if (event.type === "request") this.#requests++;
    if (event.type === "warning") {
      const { code, message, resource } = event;
      const isKnown = this.#warnings.some((each) =>
        each.code === code && each.message === message && each.resource === resource
      );
      if (isKnown) return;
      this.#warnings.push({ code, message, resource });
    }
    this.#forward?.(event);
  };

  /** Does a step; `without` tells how many of its seconds belong to others. */
  async step<T>(step: StepName, action: () => Promise<T>, without: (result: T) => number): Promise<T> {
    const start = performance.now();
    this.emit({ type: "step", step, state: "started" });
    const result = await action();
    this.seconds[step] += (performance.now() - start) / 1000 - without(result);
    this.emit({ type: "step", step, state: "finished", seconds: this.seconds[step] });
    return result;
  }

  loadInfo(
    names: { traceId: string; pipelineName: string; datasetName: string },
    destination: string,
    location: string,
    loaded: readonly LoadedPackage[],
  ): LoadInfo {
    const resources = Object.entries(this.resources).map((
      [name, { pages, rows }],
    ) => [name, { pages, rows }]);
    return {
      ...names,
      destination,
      location,
      startedAt: this.#start.toISOString(),
      finishedAt: new Date().toISOString(),
      loadSeconds: this.seconds.load,
      steps: this.seconds,
      loadPackages: loaded.map(({ loadId, rows, changes, discarded }) => ({
        loadId,
        state: "loaded",
        rows,
        ...changes && { changes },
        discarded,
      })),
      resources: Object.fromEntries(resources),
      requests: this.#requests,
      warnings: this.#warnings,
    };
  }
}

/** What contracts kept out of a table, in words. */
export function discardedText(table: string, { rows, values }: Discarded): string {
  const parts = [rows && `${rows} row(s)`, values && `${values} value(s)`].filter(Boolean);
  return `The schema contract kept ${parts.join(" and ")} out of table ${table}`;
}

/** The lines that dlt users know. */
export function formatLoadInfo(info: LoadInfo): string {
  const { pipelineName, loadSeconds, loadPackages, destination, datasetName, location } = info;
  return [
    `Pipeline ${pipelineName} load step completed in ${loadSeconds.toFixed(2)} seconds`,
    `${loadPackages.length} load package(s) were loaded to destination ${destination} and into dataset ${datasetName}`,
    `The ${destination} destination used ${location} location to store data`,
    ...loadPackages.flatMap(({ loadId, discarded }) => [
      `Load package ${loadId} is LOADED and contains no failed jobs`,
      ...Object.entries(discarded).map(([table, kept]) => `  ${discardedText(table, kept)}`),
    ]),
  ].join("\n");
}
