/**
 * From an OpenAPI document to a description of the API: which operations list records, and how to read them.
 * @module
 */
import type { ApiDescription, LeftOut, ResourceDescription, SignIn } from "./description.ts";
import type { OpenApiDocument } from "./document.ts";
import { findList, type ListAnswer } from "./answers.ts";
import { keyOf } from "./keys.ts";
import { pathWords, resourceNames } from "./names.ts";
import { type Operation, operationsOf } from "./operations.ts";
import { type ListedResource, pathBinder } from "./parents.ts";
import { type PathTemplate, pathTemplate } from "./paths.ts";
import { referencesOf } from "./references.ts";
import { listedResource, searchSuggestion, singleResource, type Writing } from "./resources.ts";
import { securityOf } from "./security.ts";
import { serversOf } from "./servers.ts";
import { isScalar, type Shape, shapesOf } from "./shapes.ts";
import { sharePaginator } from "./shared_paging.ts";
import { sourceParameters } from "./source_parameters.ts";
import { own, wordAt } from "./tree.ts";

/** A description, and what it leaves to say. */
export interface Reading {
  readonly description: ApiDescription;
  /** Operations of the document, and how many of them read. */
  readonly operations: number;
  readonly reads: number;
  /** References that led nowhere. */
  readonly unresolved: readonly string[];
}

/** What the document cannot tell. */
export interface DescribeOptions {
  /** Name of the document's file. */
  readonly file: string;
  /** Goes before what the document says. */
  readonly baseUrl?: string;
  /** Goes before what the document says. */
  readonly signIn?: SignIn;
}

interface FoundList {
  readonly operation: Operation;
  readonly template: PathTemplate;
  readonly answer: ListAnswer;
  readonly headers: readonly string[];
}

interface Sorted {
  readonly lists: FoundList[];
  readonly singles: { operation: Operation; template: PathTemplate; item: Shape }[];
  readonly searches: { operation: Operation; answer: ListAnswer }[];
  readonly leftOut: LeftOut[];
}

const SEARCH_PATH_REGEXP = /(?:^|[/:._-])(?:search|query|find|list|filter)\/?$/i;
const MAX_SUGGESTIONS = 20;
const OF_LIST = "one record of what is listed";

/** Describes an API by its document. */
export function describeApi(document: OpenApiDocument, options: DescribeOptions): Reading {
  const references = referencesOf(document.root);
  const shapeOf = shapesOf(references);
  const { operations, unread } = operationsOf(document, references, shapeOf);
  const servers = serversOf(document);
  const baseUrl = options.baseUrl ?? servers.baseUrl;
  const signIn = options.signIn ?? securityOf(document, references, operations, baseUrl);
  const parameters = sourceParameters(["base_url", ...signIn.parameters.map(({ name }) => name)]);
  const found = describeResources(operations, { parameters, shapeOf, baseUrl, signIn });
  const info = own(document.root, "info");
  return {
    description: {
      origin: { title: wordAt(info, "title"), version: wordAt(info, "version"), file: options.file },
      baseUrl,
      baseUrlPlaceholder: servers.placeholder,
      baseUrlNotes: options.baseUrl === undefined ? servers.notes : [],
      signIn,
      parameters: parameters.all(),
      ...sharePaginator(found.resources),
      leftOut: [...found.leftOut, ...unread.map(({ path, reason }) => ({ operation: path, reason }))],
    },
    operations: operations.length,
    reads: operations.filter(({ method }) => method === "GET").length,
    unresolved: [...references.unresolved],
  };
}

/** Lists become resources; what else could be one becomes a suggestion or is left out. */
function describeResources(
  operations: readonly Operation[],
  writing: Writing,
): { resources: ResourceDescription[]; leftOut: LeftOut[] } {
  const { shapeOf } = writing;
  const { lists, singles, searches, leftOut } = sortOperations(operations, shapeOf);
  const details = detailParameters(operations);
  const names = resourceNames(lists.map(nameable));
  const listed = lists.map((list, index): ListedResource => ({
    ...list,
    name: names[index],
    primaryKey: keyOf(list.answer.item, names[index], details.get(list.template.key), shapeOf),
  }));
  const { kept, refused } = keepUsable(listed, writing);
  const bind = pathBinder(kept, writing.parameters, shapeOf);
  const resources = kept.map((each) => listedResource(each, bind(each), writing));

  const taken = new Set(names);
  const nameFor = ({ path }: Operation) => {
    const [name] = resourceNames([path], taken);
    taken.add(name);
    return name;
  };
  const isListed = new Set(lists.map(({ template }) => template.key));
  let suggestions = 0;
  for (const { operation, template, item } of singles) {
    const last = template.endsInParameter ? template.parameters.at(-1) : undefined;
    const isOfList = last !== undefined && isListed.has(last.listKey);
    const isSuggested = last !== undefined && !isOfList && suggestions < MAX_SUGGESTIONS;
    if (lists.length > 0 && !isSuggested) {
      leftOut.push(left(operation, isOfList ? OF_LIST : "it answers one object, not a list"));
      continue;
    }
    suggestions++;
    const name = nameFor(operation);
    const primaryKey = keyOf(item, name, template.parameters.at(-1)?.name, shapeOf);
    const single = { name, operation, template, primaryKey };
    resources.push(singleResource(single, lists.length === 0 ? bind(single) : undefined, writing));
  }
  for (const { operation, answer } of searches.slice(0, MAX_SUGGESTIONS)) {
    const name = nameFor(operation);
    const primaryKey = keyOf(answer.item, name, undefined, shapeOf);
    resources.push(searchSuggestion({ name, operation, answer, primaryKey }, writing));
  }
  return { resources, leftOut: [...refused, ...leftOut] };
}

function sortOperations(operations: readonly Operation[], shapeOf: ReturnType<typeof shapesOf>): Sorted {
  const sorted: Sorted = { lists: [], singles: [], searches: [], leftOut: [] };
  for (const operation of operations) {
    const { method, path, answer } = operation;
    const isSearch = method === "POST" && SEARCH_PATH_REGEXP.test(path.replace(/\/$/, ""));
    if (method !== "GET" && !isSearch) continue;
    if (operation.isDeprecated) {
      sorted.leftOut.push(left(operation, "deprecated"));
      continue;
    }
    if ("problem" in answer) {
      if (method === "GET") sorted.leftOut.push(left(operation, answer.problem));
      continue;
    }
    const template = pathTemplate(path);
    const found = findList(
      answer.schema,
      { name: pathWords(path).at(-1) ?? "", isOne: template.endsInParameter },
      shapeOf,
    );
    if (method === "POST") {
      if (found && template.parameters.length === 0) sorted.searches.push({ operation, answer: found });
    } else if (found) sorted.lists.push({ operation, template, answer: found, headers: answer.headers });
    else sortSingle(operation, template, shapeOf(answer.schema), sorted);
  }
  const lists = sorted.lists.filter((each) => !isDetail(each, sorted.lists));
  for (const { operation } of sorted.lists.filter((each) => !lists.includes(each))) {
    sorted.leftOut.push(left(operation, OF_LIST));
  }
  return { ...sorted, lists };
}

function sortSingle(operation: Operation, template: PathTemplate, item: Shape, sorted: Sorted): void {
  if (item.type === "object") sorted.singles.push({ operation, template, item });
  else if (item.type === undefined) {
    sorted.leftOut.push(left(operation, "its answer has no schema that can be read"));
  } else if (isScalar(item)) sorted.leftOut.push(left(operation, "it answers a single value"));
}

/** One record in the form of a list: below a list of the same records. */
function isDetail({ template, answer }: FoundList, lists: readonly FoundList[]): boolean {
  const of = template.parameters.at(-1)?.listKey;
  if (!template.endsInParameter || template.key !== `${of}/{}`) return false;
  const parent = lists.find((each) => each.template.key === of);
  const fields = (list: ListAnswer) => [...list.item.properties.keys()].join();
  return parent !== undefined && fields(parent.answer) === fields(answer);
}

/** The path that a list is named by; one without words goes by the key of the list. */
function nameable({ operation, answer }: FoundList): string {
  return pathWords(operation.path).length ? operation.path : `${operation.path}/${answer.keys.at(-1) ?? ""}`;
}

function left({ method, path }: Operation, reason: string): LeftOut {
  return { operation: `${method} ${path}`, reason };
}

/** The parameter of each path that ends in one, by the path before it: `/users` is told apart by `userId`. */
function detailParameters(operations: readonly Operation[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { path } of operations) {
    const { key, parameters } = pathTemplate(path);
    const last = parameters.at(-1);
    if (last && key === `${last.listKey}/{}` && !found.has(last.listKey)) found.set(last.listKey, last.name);
  }
  return found;
}

/** Endpoints that need a cookie, which nothing can give, are left out. */
function keepUsable(
  listed: readonly ListedResource[],
  { signIn }: Writing,
): { kept: ListedResource[]; refused: LeftOut[] } {
  const kept: ListedResource[] = [];
  const refused: LeftOut[] = [];
  for (const each of listed) {
    const cookie = each.operation.parameters.find(({ place, isRequired, name }) =>
      place === "cookie" && isRequired && signIn.auth?.name !== name
    );
    if (cookie) refused.push(left(each.operation, `it needs a cookie, "${cookie.name}"`));
    else kept.push(each);
  }
  return { kept, refused };
}

/** Whether a reading holds anything to load. */
export function hasResources({ description }: Reading): boolean {
  return description.resources.some(({ suggested }: ResourceDescription) => suggested === undefined);
}
