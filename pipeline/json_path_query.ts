/**
 * Runs a compiled JSON path. The library reads the syntax and checks types; the values are walked here, so
 * that whole numbers beyond 2^53 and doubles compare as numbers and neither long nor deep documents overflow.
 * @module
 */
import { FunctionExpressionType, jsonpath, type JSONPathQuery, TokenKind } from "jsonpath";
import { Double, isJsonObject, type JsonObject, type JsonValue } from "./json.ts";

/** A path that can be run. */
export interface Query {
  /** The keys from the root on, where there is nothing else in the path. */
  readonly keys?: readonly string[];
  /** Every match below `start`; `root` is what `$` in a filter means. */
  run(start: JsonValue, root?: JsonValue): JsonValue[];
}

type Select = (value: JsonValue, root: JsonValue, found: JsonValue[]) => void;
type Nodes = (current: JsonValue, root: JsonValue) => JsonValue[];
/** One value, or undefined for the standard's "Nothing". */
type Term = (current: JsonValue, root: JsonValue) => JsonValue | undefined;
type Test = (current: JsonValue, root: JsonValue) => boolean;
type Expression = jsonpath.expressions.FilterExpression;

const { FilterQuery, FunctionExtension, InfixExpression, LogicalExpression, PrefixExpression, RootQuery } =
  jsonpath.expressions;
const { BooleanLiteral, NumberLiteral, StringLiteral } = jsonpath.expressions;
const { FilterSelector, IndexSelector, NameSelector, SliceSelector } = jsonpath.selectors;
const { functionRegister } = jsonpath.DEFAULT_ENVIRONMENT;

/** Makes a compiled path of the library ready to run. */
export function queryOf({ segments }: JSONPathQuery): Query {
  const steps = segments.map(({ token, selectors }) => ({
    isDeep: token.kind === TokenKind.DDOT,
    selectors: selectors.map(selectOf),
  }));
  const keys = segments.map(({ token, selectors: [selector, ...more] }) =>
    token.kind !== TokenKind.DDOT && selector instanceof NameSelector && !more.length
      ? selector.name
      : undefined
  );
  return {
    keys: keys.every((key) => key !== undefined) ? keys : undefined,
    run: (start, root = start) => run(steps, start, root),
  };
}

function run(steps: readonly { isDeep: boolean; selectors: Select[] }[], start: JsonValue, root: JsonValue) {
  let values = [start];
  for (const { isDeep, selectors } of steps) {
    const found: JsonValue[] = [];
    for (const value of values) {
      for (const each of isDeep ? withDescendants(value) : [value]) {
        for (const select of selectors) select(each, root, found);
      }
    }
    values = found;
  }
  return values;
}

/** A value and everything below it, parents first, in document order. */
function* withDescendants(value: JsonValue): Generator<JsonValue> {
  const open = [value];
  while (open.length) {
    const each = open.pop()!;
    yield each;
    const children = childrenOf(each);
    for (let index = children.length - 1; index >= 0; index--) open.push(children[index]!);
  }
}

function childrenOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
}

function selectOf(selector: jsonpath.JSONPathSelector): Select {
  if (selector instanceof NameSelector) {
    const { name } = selector;
    return (value, _root, found) => {
      if (isJsonObject(value) && Object.hasOwn(value, name)) found.push(value[name]!);
    };
  }
  if (selector instanceof IndexSelector) {
    const { index } = selector;
    return (value, _root, found) => {
      const item = Array.isArray(value) ? value.at(index) : undefined;
      if (item !== undefined) found.push(item);
    };
  }
  if (selector instanceof SliceSelector) return sliceOf(selector);
  const test = selector instanceof FilterSelector ? testOf(selector.expression) : undefined;
  return (value, root, found) => {
    for (const child of childrenOf(value)) {
      if (!test || test(child, root)) found.push(child);
    }
  };
}

function sliceOf({ start, stop, step = 1 }: jsonpath.selectors.SliceSelector): Select {
  return (value, _root, found) => {
    if (!Array.isArray(value) || step === 0) return;
    const { length } = value;
    const bound = (index: number | undefined, preset: number) => {
      if (index === undefined) return preset;
      const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
      return Math.max(least, Math.min(most, index < 0 ? index + length : index));
    };
    const from = bound(start, step > 0 ? 0 : length - 1);
    const to = bound(stop, step > 0 ? length : -1);
    for (let index = from; step > 0 ? index < to : index > to; index += step) found.push(value[index]!);
  };
}

/** A filter expression as a test. */
function testOf(expression: Expression): Test {
  if (expression instanceof LogicalExpression) return testOf(expression.expression);
  if (expression instanceof PrefixExpression) {
    const test = testOf(expression.right);
    return (current, root) => !test(current, root);
  }
  if (expression instanceof InfixExpression) return infixOf(expression);
  if (expression instanceof FilterQuery) {
    const nodes = nodesOf(expression);
    return (current, root) => nodes(current, root).length > 0;
  }
  if (expression instanceof FunctionExtension && isRegexpFunction(expression)) {
    const [text, pattern] = expression.args.map(termOf) as [Term, Term];
    const { call } = functionRegister.get(expression.name)!;
    return (current, root) => {
      const [subject, regexp] = [text(current, root), pattern(current, root)];
      return typeof subject === "string" && typeof regexp === "string" &&
        call.call(functionRegister.get(expression.name), subject, regexp) === true;
    };
  }
  const term = termOf(expression);
  return (current, root) => term(current, root) === true;
}

function isRegexpFunction({ name }: jsonpath.expressions.FunctionExtension): boolean {
  return functionRegister.get(name)?.returnType === FunctionExpressionType.LogicalType;
}

function infixOf({ operator, left, right }: jsonpath.expressions.InfixExpression): Test {
  if (operator === "&&" || operator === "||") {
    const [first, second] = [testOf(left), testOf(right)];
    if (operator === "&&") return (current, root) => first(current, root) && second(current, root);
    return (current, root) => first(current, root) || second(current, root);
  }
  const [first, second] = [termOf(left), termOf(right)];
  const compare = COMPARISONS[operator]!;
  return (current, root) => compare(first(current, root), second(current, root));
}

/** A filter expression as a value. */
function termOf(expression: Expression): Term {
  if (expression instanceof NumberLiteral) {
    const { value, token } = expression;
    // The library has rounded it already.
    const exact = Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(token.value)
      ? BigInt(token.value)
      : value;
    return () => exact;
  }
  if (expression instanceof StringLiteral || expression instanceof BooleanLiteral) {
    const { value } = expression;
    return () => value;
  }
  if (expression instanceof FilterQuery) return onlyNode(nodesOf(expression));
  if (expression instanceof FunctionExtension) return functionOf(expression);
  return () => null;
}

function functionOf({ name, args: [argument] }: jsonpath.expressions.FunctionExtension): Term {
  if (name === "count" || name === "value") {
    const nodes = nodesOf(argument as jsonpath.expressions.FilterQuery);
    return name === "value" ? onlyNode(nodes) : (current, root) => nodes(current, root).length;
  }
  const term = termOf(argument!);
  return (current, root) => {
    const value = term(current, root);
    if (typeof value === "string") return [...value].length;
    return typeof value === "object" && value !== null && !(value instanceof Double)
      ? childrenOf(value).length
      : undefined;
  };
}

function nodesOf(query: jsonpath.expressions.FilterQuery): Nodes {
  const { run } = queryOf(query.path);
  const isRoot = query instanceof RootQuery;
  return (current, root) => run(isRoot ? root : current, root);
}

function onlyNode(nodes: Nodes): Term {
  return (current, root) => {
    const found = nodes(current, root);
    return found.length === 1 ? found[0] : undefined;
  };
}

type Comparable = JsonValue | undefined;

const COMPARISONS: Readonly<Record<string, (left: Comparable, right: Comparable) => boolean>> = {
  "==": isEqual,
  "!=": (left, right) => !isEqual(left, right),
  "<": isLess,
  ">": (left, right) => isLess(right, left),
  "<=": (left, right) => isLess(left, right) || isEqual(left, right),
  ">=": (left, right) => isLess(right, left) || isEqual(left, right),
};

function plain(value: Comparable): Comparable {
  return value instanceof Double ? value.valueOf() as number : value;
}

function isLess(left: Comparable, right: Comparable): boolean {
  const [first, second] = [plain(left), plain(right)];
  if (typeof first === "string" && typeof second === "string") return first < second;
  return isNumeric(first) && isNumeric(second) && first < second;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Deep equality, numbers by their value. */
function isEqual(left: Comparable, right: Comparable): boolean {
  const open: [Comparable, Comparable][] = [[left, right]];
  while (open.length) {
    const [first, second] = open.pop()!.map(plain) as [Comparable, Comparable];
    if (first === second) continue;
    if (isNumeric(first) && isNumeric(second)) {
      // A bigint and a number are equal by value only.
      // deno-lint-ignore eqeqeq
      if (first == second) continue;
      return false;
    }
    if (Array.isArray(first) && Array.isArray(second)) {
      if (first.length !== second.length) return false;
      first.forEach((item, index) => open.push([item, second[index]]));
    } else if (isJsonObject(first) && isJsonObject(second)) {
      const keys = Object.keys(first);
      if (keys.length !== Object.keys(second).length) return false;
      for (const key of keys) {
        if (!Object.hasOwn(second, key)) return false;
        open.push([first[key], (second as JsonObject)[key]]);
      }
    } else {
      return false;
    }
  }
  return true;
}
