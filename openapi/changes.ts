/**
 * Whether a list can be asked for what changed since the last run: a parameter that takes a start, and the
 * field of the records that it goes by.
 * @module
 */
import { normalizedPath } from "../pipeline/json_path.ts";
import type { LiteralObject } from "./description.ts";
import { plainWord } from "./names.ts";
import type { Parameter } from "./operations.ts";
import type { Shape, ShapeOf } from "./shapes.ts";

const UPDATED_FIELDS = (
  "updatedat updated updatedon updateddate updatedtime updatetime updatedatetime lastupdated lastupdatedat lastupdate " +
  "lastupdatedtime lastmodified lastmodifiedat lastmodifieddate lastmodifiedtime modifiedat modified modifiedon " +
  "modifieddate modifiedtime dateupdated datemodified changedat lastchanged"
).split(" ");
const CREATED_FIELDS = (
  "createdat created createdon createddate createdtime createtime creationdate datecreated publishedat published " +
  "occurredat timestamp eventtime insertedat datetime time date"
).split(" ");

const UPDATED_PARAMETER_REGEXP =
  /^(?:(?:last)?(?:updated?|modified|changed?)(?:at|on|date|time)*(?:since|after|from|gte?|ge|min|start|begin)|(?:since|after|from|min|start)(?:last)?(?:updated?|modified|changed?)(?:at|on|date|time)*)$/;
const CREATED_PARAMETER_REGEXP =
  /^(?:(?:created?|creation|published|date|time|timestamp|occurred)(?:at|on|date|time)*(?:since|after|from|gte?|ge|min|start|begin)|(?:min|start|from)(?:created?|date|time|timestamp)(?:at|on)*|startdatetime)$/;
const ANY_PARAMETER_REGEXP = /^(?:since|oldest|newerthan)$/;
/** Words for a start of any kind, which count only where a date or time is meant. */
const START_PARAMETER_REGEXP = /^(?:from|start|begin|after)$/;

/** A cursor for a list; undefined when the document gives no hint of one. */
export function changesOf(
  parameters: readonly Parameter[],
  item: Shape,
  shapeOf: ShapeOf,
): LiteralObject | undefined {
  for (const parameter of parameters.filter(({ place }) => place === "query")) {
    const word = plainWord(parameter.name);
    const groups = UPDATED_PARAMETER_REGEXP.test(word)
      ? [UPDATED_FIELDS]
      : CREATED_PARAMETER_REGEXP.test(word)
      ? [CREATED_FIELDS]
      : ANY_PARAMETER_REGEXP.test(word) ||
          (START_PARAMETER_REGEXP.test(word) && /^date/.test(parameter.shape.format ?? ""))
      ? [UPDATED_FIELDS, CREATED_FIELDS]
      : [];
    for (const names of groups) {
      const found = cursorField(names, parameter, item, shapeOf);
      if (found) return found;
    }
  }
}

function cursorField(
  names: readonly string[],
  parameter: Parameter,
  item: Shape,
  shapeOf: ShapeOf,
): LiteralObject | undefined {
  for (const name of names) {
    for (const [field, schema] of item.properties) {
      if (plainWord(field) !== name) continue;
      const initial = initialValue(shapeOf(schema), parameter.shape);
      if (initial === undefined) continue;
      return { cursor_path: normalizedPath([field]), start_param: parameter.name, initial_value: initial };
    }
  }
}

/** A first start of the kind that both take; undefined when they differ, as a conversion would be needed. */
function initialValue(field: Shape, parameter: Shape): string | number | undefined {
  const isNumber = ({ type }: Shape) => type === "integer" || type === "number";
  if (isNumber(field)) return isNumber(parameter) ? 0 : undefined;
  if (isNumber(parameter) || (field.type !== "string" && field.type !== undefined)) return undefined;
  return field.format === "date" ? "2024-01-01" : "2024-01-01T00:00:00Z";
}
