/**
 * Progress as lines, for logs: every step and finished resource at once, what is under way every five
 * seconds. Each line starts with the seconds since the start.
 * @module
 */
import type { RunEvent } from "../pipeline/events.ts";
import { type Progress, type ProgressClock, resumedLine, warningLine } from "./progress.ts";
import { budgetsText, counted, type ResourceProgress, RunProgress, waitText } from "./progress_state.ts";

const INTERVAL_MS = 5000;
// Shorter waits are part of every run.
const WORTH_SAYING_SECONDS = 5;

/** Starts writing lines. */
export function openPlainProgress(
  { write, clock }: { write: (line: string) => void; clock: ProgressClock },
): Progress {
  const run = new RunProgress(() => clock.now());
  const line = (text: string) =>
    write(`${((clock.now() - run.startedAt) / 1000).toFixed(1).padStart(7)} s  ${text}`);
  const said = new Map<string, string>();
  const stop = clock.every(INTERVAL_MS, () => underWay(run, said).forEach(line));
  return {
    emit(event) {
      run.take(event);
      const text = announcement(event, run);
      if (text !== undefined) line(text);
    },
    [Symbol.dispose]: stop,
  };
}

/** What an event is worth a line of its own. */
function announcement(event: RunEvent, run: RunProgress): string | undefined {
  switch (event.type) {
    case "step":
      if (event.state === "started") return `${event.step} started`;
      return `${event.step} finished${
        event.seconds === undefined ? "" : ` in ${event.seconds.toFixed(1)} s`
      }` +
        (event.step === "extract" ? `, ${counted(run.requests, "request")}` : "");
    case "resource":
      return event.state === "finished"
        ? `${amounts(run.resources.get(event.resource)!, run)}, finished`
        : undefined;
    case "wait":
      if (event.seconds < WORTH_SAYING_SECONDS) return undefined;
      return `${event.resource ?? "run"}: waiting ${Math.ceil(event.seconds)} s ${waitText(event)}`;
    case "resumed":
      return resumedLine(event);
    case "warning":
      return warningLine(event);
    case "loaded":
      return `load package ${event.loadId} is loaded: ${loadedText(Object.values(event.tables))}`;
  }
}

function loadedText(rows: readonly number[]): string {
  return `${counted(rows.reduce((sum, count) => sum + count, 0), "row")} in ${counted(rows.length, "table")}`;
}

/** A line for each resource that moved since the last time, or waits, and one for the rate budgets. */
function underWay(run: RunProgress, said: Map<string, string>): string[] {
  const lines: string[] = [];
  const say = (key: string, text: string) => {
    if (said.get(key) !== text) lines.push(text);
    said.set(key, text);
  };
  for (const resource of run.resources.values()) {
    if (resource.finishedAt !== undefined) continue;
    const seconds = run.waitingSeconds(resource);
    const waiting = seconds === undefined ? "" : `, waiting ${seconds} s ${waitText(resource.wait!)}`;
    // The rate sinks and the countdown falls while nothing comes; that alone is no news.
    const moved = `${resource.pages} ${resource.rows} ${seconds !== undefined}`;
    if (said.get(resource.name) === moved) continue;
    said.set(resource.name, moved);
    lines.push(amounts(resource, run) + waiting);
  }
  if (run.budgets.size && run.step === "extract") {
    say("rate budget", `rate budget ${budgetsText(run.budgets)}`);
  }
  if (run.step !== "extract" && run.normalized) {
    say("normalized", `${counted(run.normalized, "record")} normalized`);
  }
  return lines;
}

function amounts(resource: ResourceProgress, run: RunProgress): string {
  const { name, pages, rows } = resource;
  return `${name}: ${counted(pages, "page")}, ${counted(rows, "row")}, ${
    Math.round(run.rate(resource))
  } rows/s`;
}
