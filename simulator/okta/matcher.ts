/**
 * Running a parsed filter over records that are known by a key, reading only the attributes it names.
 *
 * @module
 */

import type { AttributeRule, Dialect } from "./dialects.ts";
import { type Comparison, type Filter, FilterError, type Literal } from "./filter.ts";

/** Gives the reader of one attribute; dates are read as epoch milliseconds. */
export type AttributeReader<K> = (attribute: string) => (key: K) => unknown;

/** Compiles a filter to a predicate, refusing what the dialect does not support. */
export function matcher<K>(filter: Filter, dialect: Dialect, read: AttributeReader<K>): (key: K) => boolean {
  let comparisons = 0;
  return compile(filter);

  function compile(node: Filter): (key: K) => boolean {
    if (node.kind === "compare") return compare(node);
    if (node.kind === "not") {
      if (!dialect.allowsNot) throw new FilterError("Unsupported operator: not");
      const part = compile(node.part);
      return (key) => !part(key);
    }
    const parts = node.parts.map(compile);
    return node.kind === "and"
      ? (key) => parts.every((part) => part(key))
      : (key) => parts.some((part) => part(key));
  }

  function compare(node: Filter & { kind: "compare" }): (key: K) => boolean {
    if (++comparisons > dialect.mostComparisons) throw new FilterError("Expression has too many conditions");
    const rule = ruleFor(dialect, node.attribute, node.operator);
    const value = read(node.attribute);
    if (node.operator === "pr") return (key) => isPresent(value(key));
    const test = testOf(node.operator, operand(rule, node), rule, dialect.ignoresCase);
    return (key) => {
      const found = value(key);
      return Array.isArray(found) ? found.some(test) : test(found);
    };
  }
}

function ruleFor(dialect: Dialect, attribute: string, operator: Comparison): AttributeRule {
  const rule = dialect.rule(attribute);
  if (!rule) throw new FilterError(`Invalid property: ${attribute}`);
  if (!rule.operators.includes(operator)) {
    throw new FilterError(`Unsupported operator for property ${attribute}: ${operator}`);
  }
  return rule;
}

function operand(rule: AttributeRule, node: Filter & { kind: "compare" }): Literal {
  if (rule.kind !== "date") return node.value!;
  const isDate = typeof node.value === "string" &&
    /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?$/
      .test(node.value);
  const ms = isDate ? Date.parse(node.value as string) : NaN;
  if (Number.isNaN(ms)) throw new FilterError(`Invalid date for property ${node.attribute}: ${node.value}`);
  return ms;
}

function isPresent(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== "";
}

function testOf(operator: Comparison, wanted: Literal, rule: AttributeRule, ignoresCase: boolean) {
  const fold = (value: unknown) => ignoresCase && typeof value === "string" ? value.toLowerCase() : value;
  const target = fold(wanted) as Literal;
  const text = String(target);
  const ordered = (found: unknown) => {
    const value = fold(found);
    if (value === null || value === undefined || target === null) return NaN;
    if (rule.kind === "date" || typeof value === "number") return (value as number) - (target as number);
    return String(value) < text ? -1 : String(value) > text ? 1 : 0;
  };
  const onText = (test: (value: string) => boolean) => (found: unknown) =>
    typeof found === "string" && test(fold(found) as string);
  const tests: Record<Exclude<Comparison, "pr">, (found: unknown) => boolean> = {
    eq: (found) => fold(found) === target || (target === null && found === undefined),
    ne: (found) => fold(found) !== target,
    sw: onText((value) => value.startsWith(text)),
    co: onText((value) => value.includes(text)),
    ew: onText((value) => value.endsWith(text)),
    gt: (found) => ordered(found) > 0,
    ge: (found) => ordered(found) >= 0,
    lt: (found) => ordered(found) < 0,
    le: (found) => ordered(found) <= 0,
  };
  return tests[operator as Exclude<Comparison, "pr">];
}
