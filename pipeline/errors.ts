/**
 * Every error a user can meet. The class says what a caller may catch, `recovery` what the engine does,
 * `at` where it happened and `next` what to do. Messages never hold secrets, bodies, query values or rows.
 * @module
 */

/** What the engine does after an error: try the same step again, leave the item out, or stop the run. */
export type Recovery = "retry" | "skip" | "abort";

/** Where something happened. Every field is optional; a printer shows those that are set. */
export interface At {
  readonly pipeline?: string;
  readonly source?: string;
  readonly resource?: string;
  /** 1-based page of the resource. */
  readonly page?: number;
  /** Method, origin, path and parameter names; never parameter values. */
  readonly request?: string;
  /** The API's own id of the failed request. */
  readonly requestId?: string;
  readonly table?: string;
  readonly column?: string;
  readonly loadId?: string;
  readonly file?: string;
  readonly line?: number;
  readonly columnNumber?: number;
}

/** What an error is made of besides its message. */
export interface ErrorDetails {
  /** Stable, kebab-case; tests and scripts match this, never the text. */
  readonly code: string;
  readonly at?: At;
  /** One sentence the reader can act on. */
  readonly next?: string;
  readonly recovery?: Recovery;
  readonly cause?: unknown;
}

/**
 * Base of all errors that Sluice raises on purpose.
 *
 * @example An error says what happened, where and what next
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatError, SluiceError } from "@sluice/sluice";
 *
 * const error = new SluiceError('Cannot read "users": server answered 403', {
 *   code: "http-status", at: { resource: "users", page: 3 }, next: "give the token a role that may read users",
 * });
 * assert.equal(formatError(error).split("\n").length, 3);
 * ```
 */
export class SluiceError extends Error {
  override readonly name: string = "SluiceError";
  /** Process exit code when this error ends a command. */
  readonly exitCode: number = 1;
  readonly code: string;
  readonly at: At;
  readonly next?: string;
  readonly recovery: Recovery;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.at = details.at ?? {};
    this.next = details.next;
    this.recovery = details.recovery ?? "abort";
  }

  /** The same error with more of its place filled in; fields already set win. */
  within(at: At): this {
    Object.assign(this as { at: At }, { at: { ...at, ...this.at } });
    return this;
  }
}

/** Wrong or missing configuration, options or arguments. */
export class ConfigError extends SluiceError {
  override readonly name = "ConfigError";
  override readonly exitCode = 2;
}

/** The API could not be read: status, network, authentication, pagination or body. */
export class ExtractError extends SluiceError {
  override readonly name = "ExtractError";
  override readonly exitCode = 3;
  /** HTTP status of the answer, when there was one. */
  readonly status?: number;
  constructor(message: string, details: ErrorDetails & { status?: number }) {
    super(message, details);
    this.status = details.status;
  }
}

/** A record could not become rows under the schema and its contract. */
export class NormalizeError extends SluiceError {
  override readonly name = "NormalizeError";
  override readonly exitCode = 1;
}

/** The destination refused, is locked, full, read-only or not ours. */
export class LoadError extends SluiceError {
  override readonly name = "LoadError";
  override readonly exitCode = 4;

  /** Whether it is the data that the destination refuses, and would refuse in every run. */
  get isAboutData(): boolean {
    return OF_THE_DATA.has(this.code);
  }
}

const OF_THE_DATA: ReadonlySet<string> = new Set([
  "constraint",
  "unsafe-name",
  "name-too-long",
  "name-collision",
  "identifier-collision",
]);

/** A load package or stored state cannot be used. */
export class StateError extends SluiceError {
  override readonly name = "StateError";
  override readonly exitCode = 4;
}

/** Stopped by the user (Ctrl-C). */
export class InterruptedError extends SluiceError {
  override readonly name = "InterruptedError";
  override readonly exitCode = 130;
}

/** Exit code for anything that is not a {@link SluiceError}: a bug of ours. */
export const BUG_EXIT_CODE = 70;

/** One line that names the place of an error, or undefined when nothing is known. */
export function formatAt(at: At): string | undefined {
  const parts: string[] = [];
  if (at.pipeline) parts.push(`pipeline ${at.pipeline}`);
  const resource = [at.source, at.resource].filter(Boolean).join(".");
  if (resource) parts.push(resource);
  if (at.page !== undefined) parts.push(`page ${at.page}`);
  if (at.table) parts.push(`table ${at.table}`);
  if (at.column) parts.push(`column ${at.column}`);
  if (at.request) parts.push(at.request);
  if (at.requestId) parts.push(`request id ${at.requestId}`);
  if (at.loadId) parts.push(`load package ${at.loadId}`);
  if (at.file) {
    parts.push([at.file, at.line, at.columnNumber].filter((part) => part !== undefined).join(":"));
  }
  return parts.length ? parts.join(", ") : undefined;
}

/** Two or three lines for a person: what happened, where, what next. */
export function formatError(error: SluiceError): string {
  const at = formatAt(error.at);
  return [error.message, at && `  at ${at}`, error.next && `  next: ${error.next}`].filter(Boolean).join(
    "\n",
  );
}
