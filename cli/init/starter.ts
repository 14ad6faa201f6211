/**
 * What is known of an API when a person says it on the command line rather than in a document.
 * @module
 */
import type { ApiDescription, ResourceDescription } from "../../openapi/description.ts";
import { parameterName, pathWords, resourceNames } from "../../openapi/names.ts";
import type { Operation } from "../../openapi/operations.ts";
import { type ListedResource, pathBinder } from "../../openapi/parents.ts";
import { pathTemplate } from "../../openapi/paths.ts";
import type { Shape } from "../../openapi/shapes.ts";
import { signIn, type SignInKind } from "../../openapi/sign_in.ts";
import { sourceParameters } from "../../openapi/source_parameters.ts";
import { CodeObject, Remark } from "./code.ts";

/** What a person says. */
export interface StarterOptions {
  readonly baseUrl?: string;
  readonly signIn: SignInKind;
  /** Paths of lists. */
  readonly paths: readonly string[];
}

const NOTHING: Shape = { properties: new Map(), required: new Set(), nodes: [] };
/** Parents are taken to have an id, which is most often so and easily changed. */
const WITH_ID: Shape = { type: "object", properties: new Map([["id", {}]]), required: new Set(), nodes: [] };

/** Describes the API. */
export function starterApi(options: StarterOptions): ApiDescription {
  const auth = signIn(options.signIn);
  const parameters = sourceParameters(["base_url", ...auth.parameters.map(({ name }) => name)]);
  const names = resourceNames(options.paths.map((path) => (pathWords(path).length ? path : "/items")));
  const listed = options.paths.map((path, index): ListedResource => ({
    name: names[index],
    operation: operationFor(path),
    template: pathTemplate(path),
    answer: { keys: [], item: WITH_ID, fields: [] },
    headers: [],
    // What identifies a record is not known, so that tables are replaced: that is right for every list.
    primaryKey: [],
  }));
  const bind = pathBinder(listed, parameters, () => NOTHING);
  return {
    baseUrl: options.baseUrl,
    baseUrlPlaceholder: "https://{your-api-host}/v1",
    baseUrlNotes: [],
    signIn: auth,
    resources: listed.map((each) => describe(each, bind)),
    parameters: parameters.all(),
    leftOut: [],
  };
}

function describe(resource: ListedResource, bind: ReturnType<typeof pathBinder>): ResourceDescription {
  const { name, template } = resource;
  // A path may name its parent itself.
  const links = [...template.raw.matchAll(/\{resources\.([^.{}]+)\.([^{}]+)\}/g)];
  const bound = links.length ? undefined : bind(resource);
  const copied = bound
    ? bound.copied
    : links.map(([, , field]) => field).filter((field) => /^\w+$/.test(field));
  return {
    name,
    path: bound?.path ?? template.raw,
    primaryKey: [],
    includeFromParent: copied.length ? copied : undefined,
    params: bound?.params ?? new Map(),
  };
}

function operationFor(path: string): Operation {
  return {
    method: "GET",
    path,
    summary: "",
    isDeprecated: false,
    parameters: [],
    servers: [],
    answer: { problem: "" },
  };
}

/** Comments that show a beginner what else there is, with names that fit the rest of the module. */
export function starterHints(
  { resources, paginator }: ApiDescription,
): { client: Remark[]; resources: Remark[] } {
  const [{ name }] = resources;
  const other = parameterName(name === "orders" ? "events" : "orders");
  return {
    client: paginator ? [] : [
      new Remark("How the API pages is found out from its first answer. To say it yourself:"),
      new Remark({
        key: "paginator",
        value: { type: "page_number", base_page: 1, total_path: "total_pages" },
      }),
    ],
    resources: [
      new Remark("A list at another path, of which each run merges only what changed since the last one:"),
      new Remark({
        value: new CodeObject([
          ["name", other],
          ["primary_key", "id"],
          ["write_disposition", "merge"],
          ["endpoint", {
            path: `v2/${other}`,
            params: { per_page: 100 },
            data_selector: "data",
            incremental: {
              cursor_path: "updated_at",
              start_param: "updated_since",
              initial_value: "2024-01-01T00:00:00Z",
            },
          }],
        ]),
      }),
      new Remark(
        `A list below each of ${name}: the id goes into the path, and into each row as _${name}_id:`,
      ),
      new Remark({
        value: new CodeObject([
          ["name", `${name}_comments`],
          ["include_from_parent", ["id"]],
          ["endpoint", `${name}/{resources.${name}.id}/comments`],
        ]),
      }),
    ],
  };
}
