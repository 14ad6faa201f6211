/**
 * Calls between two threads: each side serves functions by name, and awaits those of the other. Errors of Sluice
 * arrive as what they were.
 * @module
 */
import {
  type At,
  ConfigError,
  type ErrorDetails,
  ExtractError,
  InterruptedError,
  LoadError,
  NormalizeError,
  type Recovery,
  SluiceError,
  StateError,
} from "../pipeline/errors.ts";
import type { Crossing, Portable } from "./portable.ts";

/** What threads talk through: a worker, or the scope inside it. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

/** Functions by name. */
// deno-lint-ignore no-explicit-any -- each has an argument of its own
export type Served = Readonly<Record<string, (argument: any) => unknown>>;

/** An error on its way. */
interface PortableError {
  readonly kind: string;
  readonly message: string;
  readonly stack?: string;
  readonly status?: number;
  readonly details?: {
    readonly code: string;
    readonly at: At;
    readonly next?: string;
    readonly recovery: Recovery;
  };
}

type Message =
  | { readonly is: "call"; readonly id: number; readonly name: string; readonly argument: Portable }
  | { readonly is: "answer"; readonly id: number; readonly value?: Portable; readonly error?: PortableError };

/** One end. */
export class Wire {
  readonly #port: Port;
  readonly #crossing: Crossing;
  readonly #served: Served;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;
  #broken: { readonly reason: unknown } | undefined;

  constructor(port: Port, crossing: Crossing, served: Served) {
    this.#port = port;
    this.#crossing = crossing;
    this.#served = served;
    port.addEventListener("message", ({ data }) => void this.#take(data).catch((error) => this.break(error)));
  }

  /** Calls a function of the other side. */
  async call(name: string, argument?: unknown): Promise<unknown> {
    if (this.#broken) throw this.#broken.reason;
    const id = ++this.#last;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#port.postMessage({ is: "call", id, name, argument: this.#crossing.pack(argument, name) });
    return await answer.promise;
  }

  /** Ends all calls with an error: there is nobody on the other side any more. */
  break(reason: unknown): void {
    this.#broken ??= { reason };
    for (const answer of this.#waiting.values()) answer.reject(reason);
    this.#waiting.clear();
  }

  async #take(message: Message): Promise<void> {
    // Who wrote the other side's code may send anything.
    if (typeof message !== "object" || message === null) return;
    if (message.is === "answer") return this.#settle(message);
    if (message.is !== "call" || !Object.hasOwn(this.#served, message.name)) return;
    const { id } = message;
    let answer: Message;
    try {
      const value = await this.#served[message.name]!(this.#crossing.unpack(message.argument));
      answer = { is: "answer", id, value: this.#crossing.pack(value, message.name) };
    } catch (error) {
      answer = { is: "answer", id, error: portableError(error) };
    }
    if (!this.#broken) this.#port.postMessage(answer);
  }

  #settle({ id, value, error }: Message & { is: "answer" }): void {
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) answer?.resolve(value && this.#crossing.unpack(value));
    else answer?.reject(errorOf(error));
  }
}

const KINDS: Readonly<Record<string, new (message: string, details: ErrorDetails) => SluiceError>> = {
  ConfigError,
  ExtractError,
  InterruptedError,
  LoadError,
  NormalizeError,
  StateError,
};

/** An error as data. */
export function portableError(error: unknown): PortableError {
  if (!(error instanceof SluiceError)) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    return { kind: name, message, stack };
  }
  const { name, message, code, at, next, recovery, stack } = error;
  const status = error instanceof ExtractError ? error.status : undefined;
  return { kind: name, message, stack, status, details: { code, at: { ...at }, next, recovery } };
}

/** The error that was sent. */
export function errorOf({ kind, message, stack, status, details }: PortableError): Error {
  const text = String(message);
  const Kind = Object.hasOwn(KINDS, kind) ? KINDS[kind]! : SluiceError;
  const error = details
    ? Object.assign(
      new Kind(text, { ...details, code: String(details.code) }),
      status === undefined ? {} : { status },
    )
    : Object.assign(new Error(text), { name: String(kind) });
  return stack === undefined ? error : Object.defineProperty(error, "stack", { value: String(stack) });
}
