/**
 * Progress on a terminal: one live line per resource, redrawn a few times a second. It uses no colour.
 * @module
 */
import process from "node:process";
import { createLogUpdate } from "live-lines";
import { redact } from "../pipeline/secret.ts";
import { printable } from "./printable.ts";
import { type Progress, type ProgressClock, resumedLine, warningLine } from "./progress.ts";
import { counted, type ResourceProgress, RunProgress, waitText } from "./progress_state.ts";

const REDRAW_MS = 200;

/** Where frames are drawn. */
export interface Screen {
  readonly columns: number;
  /** Replaces the last frame. */
  draw(frame: string): void;
  /** Puts a line above the frame, where it stays. */
  above(line: string): void;
  /** Leaves the last frame standing. */
  done(): void;
}

/** The terminal behind standard error. */
export function terminalScreen(): Screen {
  // A hidden cursor would stay hidden when a second Ctrl-C ends the process.
  const live = createLogUpdate(process.stderr, { showCursor: true });
  return {
    get columns() {
      // Some terminals in containers say 0.
      return process.stderr.columns || 80;
    },
    draw: (frame) => live(frame),
    above: (line) => live.persist(line),
    done: () => live.done(),
  };
}

/** Starts drawing. */
export function openTerminalProgress({ screen, clock }: { screen: Screen; clock: ProgressClock }): Progress {
  const run = new RunProgress(() => clock.now());
  const draw = () => screen.draw(frame(run, clock.now(), screen.columns));
  const stop = clock.every(REDRAW_MS, draw);
  return {
    emit(event) {
      run.take(event);
      if (event.type === "resumed") screen.above(resumedLine(event));
      if (event.type === "warning") screen.above(printable(redact(warningLine(event))));
    },
    [Symbol.dispose]() {
      stop();
      draw();
      screen.done();
    },
  };
}

/** All lines of a moment, each cut to the width of the terminal. */
export function frame(run: RunProgress, now: number, columns: number): string {
  const seconds = Math.floor((now - run.startedAt) / 1000);
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const lines = [`${(run.step ?? "start").padEnd(9)} ${clock}   ${counted(run.requests, "request")}`];
  const width = Math.max(0, ...[...run.resources.keys()].map((name) => name.length));
  for (const resource of run.resources.values()) lines.push(resourceLine(resource, run, width));
  if (run.normalized) lines.push(`  ${counted(run.normalized, "record")} normalized`);
  return lines.map((line) => cut(printable(line), columns)).join("\n");
}

function resourceLine(resource: ResourceProgress, run: RunProgress, width: number): string {
  const { name, pages, rows, finishedAt, wait, budget } = resource;
  const seconds = run.waitingSeconds(resource);
  const amounts = `${counted(pages, "page").padStart(12)} ${counted(rows, "row").padStart(14)}`;
  const rate = `${Math.round(run.rate(resource)).toLocaleString("en-US")}/s`.padStart(9);
  const state = finishedAt !== undefined
    ? "  done"
    : seconds === undefined
    ? ""
    : `  waiting ${seconds} s ${waitText(wait!)}`;
  const left = budget && finishedAt === undefined
    ? `  ${budget.remaining}/${budget.limit} requests left`
    : "";
  return `  ${name.padEnd(width)} ${amounts} ${rate}${left}${state}`;
}

function cut(line: string, columns: number): string {
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}
