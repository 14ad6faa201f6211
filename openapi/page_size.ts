/**
 * Whole numbers in what a document says of a parameter, above all the largest page size it allows.
 * @module
 */
import type { Parameter } from "./operations.ts";

/** Larger documented sizes are the bounds of a number type rather than of a page. */
const LARGEST_PAGE = 10_000;

/** Whether a parameter takes whole numbers, as far as is known. */
export function isWhole({ shape }: Parameter): boolean {
  return shape.type === "integer" || shape.type === "number" || shape.type === undefined;
}

/** A whole number that is said of a parameter. */
export function integerFact(parameter: Parameter, key: string): number | undefined {
  const value = parameter.fact(key);
  const number = typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? number as number : undefined;
}

/** The largest page size that a parameter allows, by its schema or in words. */
export function documentedMaximum(parameter: Parameter): number | undefined {
  const choices = parameter.fact("enum");
  const largest = Array.isArray(choices)
    ? Math.max(...choices.slice(0, 1000).filter((each) => Number.isSafeInteger(each)))
    : -Infinity;
  const found = [largest, schemaMaximum(parameter), spokenMaximum(parameter.description)];
  return found.find((each) => each !== undefined && each >= 1 && each <= LARGEST_PAGE);
}

function schemaMaximum(parameter: Parameter): number | undefined {
  const exclusive = parameter.fact("exclusiveMaximum");
  if (typeof exclusive === "number") return Math.ceil(exclusive) - 1;
  const maximum = integerFact(parameter, "maximum");
  return maximum !== undefined && exclusive === true ? maximum - 1 : maximum;
}

function spokenMaximum(description: string): number | undefined {
  const text = description.slice(0, 1000).replace(/(\d),(?=\d{3}\b)/g, "$1");
  const match = /\bmax(?:imum)?\b[^\d.;]{0,30}(\d{1,5})\b/i.exec(text) ??
    /\b(?:up to|at most|no more than|cannot exceed)\s+(\d{1,5})\b/i.exec(text) ??
    /\b(?:between\s+\d{1,3}\s+and|\d{1,3}\s*(?:-|–|to))\s*(\d{1,5})\b/i.exec(text) ??
    /\b(\d{1,5})\s*(?:is the|\(?)max(?:imum)?\b/i.exec(text);
  return match ? Number(match[1]) : undefined;
}
