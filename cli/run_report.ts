/**
 * What is told about a run once it has ended, to others than the person who watches: the workflow that it is
 * a step of, and the addresses that the configuration names.
 * @module
 */
import type { Configuration } from "../pipeline/config.ts";
import type { RunEvent } from "../pipeline/events.ts";
import { pipelineDirectory } from "../pipeline/pipeline_directory.ts";
import { newestTrace } from "../pipeline/traces.ts";
import { type NotificationSettings, notificationSettings, notify } from "./notify.ts";
import { note } from "./print.ts";
import { RunProgress } from "./progress_state.ts";
import { inWorkflow } from "./workflow/commands.ts";
import { reportToWorkflow } from "./workflow/report.ts";

/** Watches one run. */
export class RunReport {
  readonly #directory: string;
  readonly #settings: NotificationSettings;
  readonly #startedAt = new Date().toISOString();
  readonly #progress = new RunProgress(Date.now);

  /** @throws {ConfigError} for settings that cannot be, before anything runs */
  constructor(configuration: Configuration, pipelineName: string) {
    this.#directory = pipelineDirectory(configuration, pipelineName);
    this.#settings = notificationSettings(configuration, pipelineName);
  }

  /** Takes an event. */
  take(event: RunEvent): void {
    this.#progress.take(event);
  }

  /** Tells how the run ended, which its trace says. */
  async finish(): Promise<void> {
    const trace = await newestTrace(this.#directory);
    // One that could not be kept leaves an older one in its place.
    if (trace === undefined || trace.startedAt < this.#startedAt) return;
    if (inWorkflow()) await reportToWorkflow(trace, this.#progress.budgets);
    (await notify(trace, this.#settings)).forEach((problem) => note(`warning: ${problem}`));
  }
}
