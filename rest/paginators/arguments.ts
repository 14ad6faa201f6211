/**
 * Reads the arguments of a paginator as its parameters describe them. What is wrong is collected and said
 * together, so that a configuration is put right in one go.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import { type JsonPath, jsonPath } from "../../pipeline/json_path.ts";
import { nearest } from "../../pipeline/nearest.ts";
import type { ParameterSpecs } from "../../pipeline/parameters.ts";
import type { Options } from "../options.ts";
import { bodyPlace, type Place, queryPlace } from "./place.ts";

interface Problem {
  readonly state: string;
  readonly code?: string;
  readonly next?: string;
}

/** The arguments of one paginator; an absent one and null are both "not given" unless said otherwise. */
export class Arguments {
  readonly #type: string;
  readonly #options: Options;
  readonly #parameters: ParameterSpecs;
  readonly #problems: Problem[] = [];

  constructor(type: string, options: Options, parameters: ParameterSpecs) {
    this.#type = type;
    this.#options = options;
    this.#parameters = parameters;
  }

  /** A text with a default; it must not be empty. */
  text(name: string): string {
    const text = this.#optionalText(name) ?? this.#preset<string>(name)!;
    if (text === "") this.problem(`option "${name}" is empty, text is required`);
    return text;
  }

  /** A JSON path with a default. */
  path(name: string): JsonPath {
    return this.#path(name, this.#optionalText(name) ?? this.#preset<string>(name)!);
  }

  /** A JSON path that may be left out. */
  optionalPath(name: string): JsonPath | undefined {
    const text = this.#optionalText(name);
    return text ? this.#path(name, text) : undefined;
  }

  #path(name: string, text: string): JsonPath {
    try {
      return jsonPath(text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const { message, code, next } = error;
      this.#problems.push({ state: `option "${name}": ${message.replace(/^Cannot use /, "")}`, code, next });
      return jsonPath("$");
    }
  }

  /** A whole number; without a default it must be there. */
  wholeNumber(name: string): number {
    const preset = this.#preset<number>(name);
    if (preset === undefined && !this.has(name)) {
      this.problem(`option "${name}" is missing`, `write {"type": "${this.#type}", "${name}": …}`);
    }
    return this.optionalWholeNumber(name) ?? preset ?? this.#least(name);
  }

  /** A whole number that may be left out. */
  optionalWholeNumber(name: string): number | undefined {
    const least = this.#least(name);
    const value = this.#value(name);
    if (value === undefined) return undefined;
    const number = typeof value === "bigint" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isSafeInteger(number)) {
      const found = typeof number === "number" ? "no whole number" : typeof number;
      this.problem(`option "${name}" is ${found}, a whole number is required`);
      return undefined;
    }
    if (number < least) {
      this.problem(`option "${name}" is ${number}, at least ${least} is required`);
      return undefined;
    }
    return number;
  }

  /** A yes or no. */
  flag(name: string): boolean {
    const preset = this.#preset<boolean>(name)!;
    const value = this.#value(name) ?? preset;
    if (typeof value === "boolean") return value;
    this.problem(`option "${name}" is ${typeof value}, true or false is required`);
    return preset;
  }

  /** Where a value travels: `<name>_param` in the query or `<name>_body_path` in a JSON body, never both. */
  place(name: string): Place {
    const [paramName, pathName] = [`${name}_param`, `${name}_body_path`];
    const preset = this.#preset<string>(paramName)!;
    const [param, bodyPath] = [this.#optionalText(paramName), this.#optionalText(pathName)];
    if (param && bodyPath) {
      this.problem(`options "${paramName}" and "${pathName}" exclude each other`, `remove one of them`);
    }
    if (param === undefined && bodyPath === undefined) return queryPlace(preset);
    if (!param && !bodyPath) {
      this.problem(`neither "${paramName}" nor "${pathName}" holds a name`, `remove both for "${preset}"`);
      return queryPlace(preset);
    }
    if (bodyPath?.split(".").includes("")) {
      this.problem(`option "${pathName}" has an empty part`, 'write it like "page.cursor"');
    }
    return bodyPath ? bodyPlace(bodyPath) : queryPlace(param!);
  }

  /** Whether an option is switched off: null, or the empty text where a format knows no null. */
  isOff(name: string): boolean {
    return this.#options[name] === null || this.#options[name] === "";
  }

  /** Whether an option is there and not null. */
  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  /** Notes something that is wrong. */
  problem(state: string, next?: string): void {
    this.#problems.push({ state, next });
  }

  /**
   * Says what is wrong, unknown options included; to be called when all has been read.
   *
   * @throws {ConfigError} "invalid-options", or the code of the one problem there is
   */
  check(): void {
    const known = Object.keys(this.#parameters);
    for (const name of Object.keys(this.#options)) {
      if (known.includes(name)) continue;
      const next = known.length ? `did you mean "${nearest(name, known)}"?` : `remove "${name}"`;
      this.problem(`option "${name}" is not known`, next);
    }
    if (this.#problems.length === 0) return;
    const states = this.#problems.map(({ state }) => state).join("; ");
    const next = [...new Set(this.#problems.flatMap(({ next }) => next ?? []))].join("; ");
    throw new ConfigError(`Cannot use paginator "${this.#type}": ${states}`, {
      code: (this.#problems.length === 1 ? this.#problems[0]!.code : undefined) ?? "invalid-options",
      next: next || undefined,
    });
  }

  #optionalText(name: string): string | undefined {
    const value = this.#value(name);
    if (value === undefined || typeof value === "string") return value;
    this.problem(`option "${name}" is ${typeof value}, text is required`);
    return undefined;
  }

  #preset<T>(name: string): T | undefined {
    return this.#parameters[name]!.default as T | undefined;
  }

  #least(name: string): number {
    return this.#parameters[name]!.range?.min ?? -Infinity;
  }

  #value(name: string): unknown {
    return this.#options[name] ?? undefined;
  }
}
