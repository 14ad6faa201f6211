/**
 * Reads the options of a paginator or an authentication given as data, and finds its kind by name.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import { nearest } from "../pipeline/nearest.ts";
import { revealText, Secret } from "../pipeline/secret.ts";

/** Options as they were written, with the type taken off. */
export type Options = Readonly<Record<string, unknown>>;
/** Kinds by type name. */
export type Registry<T> = Readonly<Record<string, { create(options: Options): T }>>;

/**
 * Makes one of a registry's kinds.
 *
 * @throws {ConfigError} when the type is not known or an option is wrong
 */
export function createKind<T>(
  what: "paginator" | "auth",
  registry: Registry<T>,
  type: string,
  options: Options,
): T {
  const kind = Object.hasOwn(registry, type) ? registry[type] : undefined;
  if (kind) return kind.create(options);
  const names = Object.keys(registry);
  throw new ConfigError(`Cannot use ${what} type "${type}": it is not one of ${names.join(", ")}`, {
    code: `unknown-${what}`,
    next: `did you mean "${nearest(type, names)}"?`,
  });
}

/** Reads options one by one; every problem is a {@link ConfigError} that names the option, never its value. */
export class OptionReader {
  readonly #what: string;
  readonly #options: Options;

  /** `what` names the plug-in in messages, e.g. `auth "bearer"`. Options not in `known` are refused. */
  constructor(what: string, options: Options, known: readonly string[]) {
    this.#what = what;
    this.#options = options;
    for (const name of Object.keys(options)) {
      if (!known.includes(name)) {
        const next = known.length ? `did you mean "${nearest(name, known)}"?` : `remove "${name}"`;
        throw this.problem(`option "${name}" is not known`, next);
      }
    }
  }

  /** A text that must be there; secrets are revealed. */
  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined || value === "") {
      throw this.problem(`option "${name}" is missing`, `set "${name}", e.g. in .dlt/secrets.toml`);
    }
    return value;
  }

  /** A text that may be left out. */
  optionalText(name: string): string | undefined {
    const value = this.#options[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string" || value instanceof Secret) return revealText(value);
    throw this.problem(`option "${name}" is ${typeof value}, text is required`);
  }

  /** A credential for a header: trimmed, and free of what a header cannot carry. */
  credential(name: string): string {
    const value = this.text(name).trim();
    if (value.includes("***")) {
      throw this.problem(
        `option "${name}" holds a masked secret`,
        "pass the Secret itself, not text made from it",
      );
    }
    if (!/^[\x20-\x7e]+$/.test(value)) {
      throw this.problem(`option "${name}" has line breaks or characters that a header cannot carry`);
    }
    return value;
  }

  /** One of some texts, with a default. */
  choice<const C extends string>(name: string, choices: readonly C[], preset: C): C {
    const value = this.optionalText(name) ?? preset;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.problem(`option "${name}" must be one of ${choices.join(", ")}`);
    return found;
  }

  /** A yes or no, with a default. */
  flag(name: string, preset: boolean): boolean {
    const value = this.#options[name] ?? preset;
    if (typeof value !== "boolean") {
      throw this.problem(`option "${name}" is ${typeof value}, true or false is required`);
    }
    return value;
  }

  /** An option as it was written. */
  raw(name: string): unknown {
    return this.#options[name];
  }

  /** The error for something wrong with these options. */
  problem(state: string, next?: string): ConfigError {
    return new ConfigError(`Cannot use ${this.#what}: ${state}`, { code: "invalid-options", next });
  }
}
