/**
 * From an OpenAPI document to a description of the API: which operations list records, and how to read them.
 * @module
 */
import type { ApiDescription, LeftOut, ResourceDescription } from "./description.ts";
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
import { own, textAt } from "./tree.ts";

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

/** Describes an API by its document. */
export function describeApi(document: OpenApiDocument, options: DescribeOptions): Reading {
  const references = referencesOf(document.root);
  const shapeOf = shapesOf(references);
  const { operations, unread } = operationsOf(document, references, shapeOf);
  const servers = serversOf(document);
  const baseUrl = options.baseUrl ?? servers.baseUrl;
  const signIn = securityOf(document, references, operations, baseUrl);
  const { lists: found, singles, searches, leftOut } = sortOperations(operations, shapeOf);
  const lists = found.filter((each) => !isDetail(each, found));
  for (const { operation } of found.filter((each) => !lists.includes(each))) {
    leftOut.push(left(operation, "one record of what is listed"));
  }

  const parameters = sourceParameters(["base_url", ...signIn.parameters.map(({ name }) => name)]);
  const details = detailParameters(operations);
  const names = resourceNames(lists.map(nameable));
  const listed = lists.map((list, index): ListedResource => ({
    ...list,
    name: names[index],
    primaryKey: keyOf(list.answer.item, names[index], details.get(list.template.key), shapeOf),
  }));
  const writing: Writing = { parameters, shapeOf, baseUrl, signIn };
  const { kept, refused } = keepUsable(listed, writing);
  const bind = pathBinder(kept, parameters, shapeOf);
  const resources = kept.map((each) => listedResource(each, bind(each), writing));

  const isListed = new Set(lists.map(({ template }) => template.key));
  const taken = new Set(names);
  for (const single of singles) {
    const { operation, template, item } = single;
    const of = template.parameters.at(-1)?.listKey;
    const isOfList = template.endsInParameter && of !== undefined && isListed.has(of);
    const isWanted = lists.length === 0 || (template.endsInParameter && !isOfList);
    if (!isWanted || resources.filter(({ suggested }) => suggested).length >= MAX_SUGGESTIONS) {
      leftOut.push(
        left(operation, isOfList ? "one record of what is listed" : "it answers one object, not a list"),
      );
      continue;
    }
    const [name] = resourceNames([operation.path], taken);
    taken.add(name);
    const single_ = {
      name,
      operation,
      template,
      primaryKey: keyOf(item, name, template.parameters.at(-1)?.name, shapeOf),
    };
    resources.push(singleResource(single_, lists.length === 0 ? bind(single_) : undefined, writing));
  }
  for (const { operation, answer } of searches.slice(0, MAX_SUGGESTIONS)) {
    const [name] = resourceNames([operation.path], taken);
    taken.add(name);
    resources.push(
      searchSuggestion(
        { name, operation, answer, primaryKey: keyOf(answer.item, name, undefined, shapeOf) },
        writing,
      ),
    );
  }

  const { paginator, resources: shared } = sharePaginator(resources);
  return {
    description: {
      origin: {
        title: textAt(own(document.root, "info"), "title") ?? "",
        version: String(own(own(document.root, "info"), "version") ?? ""),
        file: options.file,
      },
      baseUrl,
      baseUrlPlaceholder: servers.placeholder,
      baseUrlNotes: options.baseUrl === undefined ? servers.notes : [],
      signIn,
      parameters: parameters.all(),
      paginator,
      resources: shared,
      leftOut: [
        ...refused,
        ...leftOut,
        ...unread.map(({ path, reason }) => ({ operation: path, reason })),
      ],
    },
    operations: operations.length,
    reads: operations.filter(({ method }) => method === "GET").length,
    unresolved: [...references.unresolved],
  };
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
  return sorted;
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
