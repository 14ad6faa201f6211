/**
 * What is told about a run to others than the person who watches: the workflow that it is a step of, the
 * addresses that the configuration names, and OpenTelemetry.
 * @module
 */
import type { Configuration } from "../pipeline/config.ts";
import type { RunEvent } from "../pipeline/events.ts";
import { pipelineDirectory } from "../pipeline/pipeline_directory.ts";
import { newestTrace } from "../pipeline/traces.ts";
import { type NotificationSettings, notificationSettings, notify } from "./notify.ts";
import { note } from "./print.ts";
import { RunProgress } from "./progress_state.ts";
import type { RunTelemetry } from "./telemetry.ts";
import { inWorkflow } from "./workflow/commands.ts";
import { reportToWorkflow } from "./workflow/report.ts";

/** Watches one run. */
export class RunReport {
  readonly #directory: string;
  readonly #settings: NotificationSettings;
  readonly #telemetry: RunTelemetry | undefined;
  readonly #startedAt = new Date().toISOString();
  readonly #progress = new RunProgress(Date.now);

  private constructor(directory: string, settings: NotificationSettings, telemetry?: RunTelemetry) {
    this.#directory = directory;
    this.#settings = settings;
    this.#telemetry = telemetry;
  }

  /** @throws {ConfigError} for settings that cannot be, before anything runs */
  static async open(
    configuration: Configuration,
    { pipelineName, source, destination }: { pipelineName: string; source: string; destination: string },
  ): Promise<RunReport> {
    const directory = pipelineDirectory(configuration, pipelineName);
    const settings = notificationSettings(configuration, pipelineName);
    if (Deno.env.get("OTEL_DENO") !== "true") return new RunReport(directory, settings);
    const { RunTelemetry } = await import("./telemetry.ts");
    const attributes = {
      "sluice.pipeline": pipelineName,
      "sluice.source": source,
      "sluice.destination": destination,
    };
    return new RunReport(directory, settings, new RunTelemetry(attributes));
  }

  /** Takes an event. */
  take(event: RunEvent): void {
    this.#progress.take(event);
    this.#telemetry?.take(event);
  }

  /** Tells how the run ended, which its trace says. */
  async finish(): Promise<void> {
    // What is told about a run must not change how it ended.
    const trace = await newestTrace(this.#directory).catch(() => undefined);
    // One that could not be kept leaves an older one in its place.
    const isOfRun = trace !== undefined && trace.startedAt >= this.#startedAt;
    this.#telemetry?.finish(isOfRun ? trace.error : undefined);
    if (!isOfRun) return;
    if (inWorkflow()) await reportToWorkflow(trace, this.#progress.budgets);
    (await notify(trace, this.#settings)).forEach((problem) => note(`warning: ${problem}`));
  }
}
