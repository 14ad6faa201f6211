/**
 * Values that cross to another thread and back: what is data is copied, secrets are boxed again, and what can only
 * live where it was made, functions and objects with functions of their own, is named and stands there as a stub.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import { Double } from "../pipeline/json.ts";
import { Secret } from "../pipeline/secret.ts";

/** A value on its way; made of what threads copy by themselves. */
export type Portable =
  | { readonly is: "data"; readonly value: unknown }
  | { readonly is: "double"; readonly value: number }
  | { readonly is: "secret"; readonly text: string }
  | { readonly is: "list"; readonly items: readonly Portable[] }
  | {
    readonly is: "object";
    readonly entries: readonly (readonly [string, Portable])[];
    readonly ref?: string;
  }
  | { readonly is: "function"; readonly ref: string; readonly name: string }
  /** Something of the side that this goes to. */
  | { readonly is: "yours"; readonly ref: string };

/** One end of a crossing: knows what of its own the other one holds, and what it holds of the other. */
export class Crossing {
  readonly #own = new Map<string, unknown>();
  readonly #foreign = new WeakMap<object, string>();

  /** @param path where the value is, by which what stays here is named; both sides that make it must agree */
  pack(value: unknown, path: string, above: readonly unknown[] = []): Portable {
    if (typeof value === "function") return this.#packFunction(value as () => unknown, path);
    if (typeof value === "symbol") return { is: "data", value: undefined };
    if (typeof value !== "object" || value === null) return { is: "data", value };
    const ref = this.#foreign.get(value);
    if (ref !== undefined) return { is: "yours", ref };
    if (value instanceof Secret) return { is: "secret", text: value.reveal() };
    if (value instanceof Double) return { is: "double", value: Number(value) };
    if (value instanceof Date || value instanceof RegExp || value instanceof Uint8Array) {
      return { is: "data", value };
    }
    if (above.includes(value)) throw endless(path);
    const within = [...above, value];
    if (Array.isArray(value)) {
      return { is: "list", items: value.map((item, index) => this.pack(item, `${path}.${index}`, within)) };
    }
    const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value));
    const entries = Object.entries(isPlain ? value : withMethods(value)).map(([key, each]) =>
      [key, this.pack(each, `${path}.${key}`, within)] as const
    );
    if (isPlain) return { is: "object", entries };
    this.#own.set(path, value);
    return { is: "object", entries, ref: path };
  }

  #packFunction(value: () => unknown, path: string): Portable {
    const ref = this.#foreign.get(value);
    if (ref !== undefined) return { is: "yours", ref };
    this.#own.set(path, value);
    return { is: "function", ref: path, name: value.name };
  }

  /** The value on this side. */
  unpack(portable: Portable): unknown {
    switch (portable.is) {
      case "data":
        return portable.value;
      case "double":
        return new Double(portable.value);
      case "secret":
        return new Secret(portable.text);
      case "list":
        return portable.items.map((item) => this.unpack(item));
      case "object": {
        const value = Object.fromEntries(portable.entries.map(([key, each]) => [key, this.unpack(each)]));
        if (portable.ref !== undefined) this.#foreign.set(value, portable.ref);
        return value;
      }
      case "function": {
        const stub = stubOf(portable.name);
        this.#foreign.set(stub, portable.ref);
        return stub;
      }
      case "yours":
        if (this.#own.has(portable.ref)) return this.#own.get(portable.ref);
        throw new ConfigError(
          `Cannot read the source: what it builds differs from time to time, at ${portable.ref}`,
          {
            code: "unsteady-source",
            next: "make build return the same for the same parameters",
          },
        );
    }
  }
}

/** The fields of an object of a class, and the methods that it has from there. */
function withMethods(value: object): Record<string, unknown> {
  const found: Record<string, unknown> = { ...value };
  for (let at = Object.getPrototypeOf(value); at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const { value: method } = Object.getOwnPropertyDescriptor(at, name)!;
      if (typeof method === "function" && name !== "constructor") found[name] ??= method;
    }
  }
  return found;
}

function stubOf(name: string): () => never {
  const stub = () => {
    throw new ConfigError(
      `Cannot call ${name || "a function"} of the source here: it is confined to its worker`,
      {
        code: "confined-function",
      },
    );
  };
  return Object.defineProperty(stub, "name", { value: name });
}

function endless(path: string): ConfigError {
  return new ConfigError(`Cannot read the source: ${path} holds itself`, {
    code: "invalid-source",
    next: "return data that ends",
  });
}
