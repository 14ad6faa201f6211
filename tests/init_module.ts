/**
 * Generated source modules under test: what they export, without the library and without types.
 * @module
 */
import assert from "assert";
import { resolveSource } from "../extract/definition/validate.ts";
import type { RestApiConfig } from "../extract/definition/rest_api_config.ts";
import type { ParameterSpec } from "../pipeline/parameters.ts";
import { Secret } from "../pipeline/secret.ts";

/** A module's default export, which is what it handed to `defineSource`. */
export interface GeneratedSource {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  build(values: Readonly<Record<string, unknown>>): RestApiConfig;
}

const IMPORT = 'import { defineSource } from "@sluice/sluice";';

/** Evaluates a module in which `defineSource` does nothing but remember. */
export async function evaluate(text: string): Promise<GeneratedSource> {
  assert.equal(text.split(IMPORT).length, 2);
  const code = text.replace(
    IMPORT,
    "const defineSource = (name, parameters, build) => ({ name, parameters, build });",
  );
  return (await import(`data:application/javascript,${encodeURIComponent(code)}`)).default;
}

/** What the source reads, with values of the right types; the grammar's own checks have passed it. */
export function built(source: GeneratedSource): RestApiConfig {
  const values = Object.entries(source.parameters).map(([name, spec]) => [name, standIn(name, spec)]);
  const config = source.build(Object.fromEntries(values));
  resolveSource(config, source.name);
  return config;
}

function standIn(name: string, spec: ParameterSpec): unknown {
  if (spec.default !== undefined) return spec.default;
  if (spec.secret) return new Secret(`secret-${name}`);
  if (spec.type === "boolean") return true;
  if (spec.type !== "text") return 1;
  return spec.oneOf?.[0] ?? (name.endsWith("url") ? "https://stand-in.example" : name);
}
