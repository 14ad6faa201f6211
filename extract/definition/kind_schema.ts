/**
 * Paginators and authentications as schemas, made of what each kind says about its arguments. Which of them a
 * value is held against is decided by its type, so that what is wrong is told once, at its place.
 * @module
 */
import { z } from "zod";
import type { ParameterSpec, ParameterSpecs } from "../../pipeline/parameters.ts";
import { Secret } from "../../pipeline/secret.ts";

/** Kinds of one thing that can be written as data. */
export interface Kinds {
  readonly what: "paginator" | "auth";
  /** The arguments of each kind, by type name; registered ones may be added later. */
  readonly parameters: Readonly<Record<string, ParameterSpecs>>;
  /** Types that know no other arguments than these. */
  readonly builtIn: readonly string[];
  /** The method by which one is told that is ready made. */
  readonly method: string;
  /** The type of an object that names none. */
  readonly presetType?: string;
  /** Required arguments may be left out: the project's files have them. */
  readonly isCompleted: boolean;
}

/** Texts that may also be an object: a key as JWK. */
const KEYS = new Set(["private_key"]);

/** One of these kinds: its name, an object with its arguments, ready made, or a function. */
export function kindSchema(kinds: Kinds): z.ZodType<unknown> {
  const schemas = new Map<string, z.ZodType>();
  const schemaOf = (type: string) => {
    const schema = schemas.get(type) ?? objectSchema(kinds, type);
    schemas.set(type, schema);
    return schema;
  };
  return z.unknown().check((context) => {
    const { value } = context;
    if (typeof value === "function" || hasMethod(value, kinds.method)) return;
    const result = alternative(value, kinds, schemaOf).safeParse(withoutSecrets(value), {
      reportInput: true,
    });
    for (const issue of result.error?.issues ?? []) {
      context.issues.push({ ...issue, input: issue.input } as z.core.$ZodRawIssue);
    }
  });
}

/** The same as JSON Schema: what JSON can hold of it. */
export function kindJsonSchema(kinds: Kinds): object {
  const types = Object.keys(kinds.parameters);
  const names = types.filter((type) => kinds.isCompleted || !hasRequired(kinds.parameters[type]!));
  const { $schema: _, ...schema } = z.toJSONSchema(
    z.union([z.enum(names), ...types.map((type) => objectSchema(kinds, type))]),
    { io: "input" },
  );
  return schema;
}

/** The arguments that an object of one of these kinds may have. */
export function knownArguments({ parameters, presetType }: Kinds, value: unknown): string[] {
  const type = (value as { type?: unknown } | null | undefined)?.type ?? presetType;
  return ["type", ...Object.keys(ownSpecs(parameters, type) ?? {})];
}

/** What a value is held against: the nearest to what its author seems to have meant. */
function alternative(
  value: unknown,
  { what, parameters, presetType }: Kinds,
  schemaOf: (type: string) => z.ZodType,
): z.ZodType {
  const types = z.enum(Object.keys(parameters));
  if (typeof value === "string") return types;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const needed = `the name of a type, an object with a "type", a ready-made ${what} or a function`;
    return z.custom(() => false, needed);
  }
  const { type = presetType } = value as { type?: unknown };
  return ownSpecs(parameters, type) ? schemaOf(type as string) : z.looseObject({ type: types });
}

function objectSchema({ parameters, builtIn, presetType, isCompleted }: Kinds, type: string): z.ZodType {
  const fields = Object.entries(parameters[type]!).map(([name, spec]) => {
    const value = valueSchema(name, spec);
    const field = spec.required && !isCompleted ? value : value.nullish();
    return [name, described(field, spec)] as const;
  });
  const name = z.literal(type);
  const shape = { type: type === presetType ? name.optional() : name, ...Object.fromEntries(fields) };
  return builtIn.includes(type) ? z.strictObject(shape) : z.looseObject(shape);
}

function described(schema: z.ZodType, { help, default: preset }: ParameterSpec): z.ZodType {
  return schema.meta({ description: help, ...(preset === undefined ? {} : { default: preset }) });
}

function valueSchema(name: string, { type, oneOf, range = {} }: ParameterSpec): z.ZodType {
  switch (type) {
    case "text":
      if (KEYS.has(name)) return z.union([z.string(), z.record(z.string(), z.unknown())]);
      if (!oneOf) return z.string();
      return oneOf.includes("true") ? z.union([z.enum(oneOf), z.boolean()]) : z.enum(oneOf);
    case "integer":
      return within(z.int("a whole number"), range);
    case "number":
      return within(z.number(), range);
    case "boolean":
      return z.boolean();
    case "list":
      return z.union([z.array(z.string()), z.string()]);
    case "object":
      return z.record(z.string(), z.unknown());
    case "json":
      return z.unknown();
  }
}

function within(schema: z.ZodNumber, { min, above, max }: NonNullable<ParameterSpec["range"]>): z.ZodNumber {
  if (min !== undefined) schema = schema.min(min);
  if (above !== undefined) schema = schema.gt(above);
  return max === undefined ? schema : schema.max(max);
}

/** Wherever a text may stand, a secret may. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, each instanceof Secret ? String(each) : each]),
  );
}

function hasMethod(value: unknown, method: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[method] === "function";
}

function hasRequired(specs: ParameterSpecs): boolean {
  return Object.values(specs).some(({ required }) => required);
}

function ownSpecs(parameters: Kinds["parameters"], type: unknown): ParameterSpecs | undefined {
  return typeof type === "string" && Object.hasOwn(parameters, type) ? parameters[type] : undefined;
}
