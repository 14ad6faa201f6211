/**
 * One worker of a confined source, as the main thread holds it.
 * @module
 */
import { ConfigError, ExtractError } from "../pipeline/errors.ts";
import { register } from "../pipeline/secret.ts";
import type { Crossing } from "./portable.ts";
import { type Port, type Served, Wire } from "./wire.ts";

/** How a worker is started. */
export interface WorkerOptions {
  readonly path: string;
  readonly permissions: Deno.PermissionOptionsObject;
  readonly crossing: Crossing;
  readonly say: (text: string) => void;
  readonly served?: Served;
}

/** A worker that was started. */
export class SourceWorker implements Disposable {
  readonly #worker: Worker;
  readonly #wire: Wire;

  /** @throws {ConfigError} "not-allowed" when this process itself has no such permission */
  constructor({ path, permissions, crossing, say, served }: WorkerOptions) {
    try {
      this.#worker = new Worker(import.meta.resolve("./worker.ts"), {
        type: "module",
        name: path,
        deno: { permissions },
      });
    } catch (cause) {
      throw new ConfigError(`Cannot run "${path}": it needs permissions that Sluice itself was not given`, {
        code: "not-allowed",
        next: "start Sluice with a permission set that has the origins of the source and what --allow names",
        cause,
      });
    }
    this.#wire = new Wire(this.#worker as unknown as Port, crossing, {
      secret: (value: unknown) => typeof value === "string" ? register(value) : undefined,
      say: (text: unknown) => say(String(text)),
      ...served,
    });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      const error = new ExtractError(`Cannot run "${path}": its worker ended, ${firstLine(event.message)}`, {
        code: "worker-ended",
        next: "correct the module; nothing of this run was published",
      });
      this.#wire.break(error);
      this.#worker.terminate();
    });
  }

  /** Calls a function of the worker. */
  call(name: string, argument?: unknown): Promise<unknown> {
    return this.#wire.call(name, argument);
  }

  /** Ends it, whatever it does, and all that waits for it. */
  end(reason: unknown): void {
    this.#wire.break(reason);
    this.#worker.terminate();
  }

  [Symbol.dispose](): void {
    this.end(new DOMException("The worker was ended", "AbortError"));
  }
}

function firstLine(message: string): string {
  return message.split("\n")[0]!.replace(/^Uncaught (?:\(in promise\) )?/, "");
}
