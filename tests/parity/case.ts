/**
 * Cases of the comparison with dlt: what is served in each run, what is said of the resources, and what the
 * case shows. Small ones are JSON files below `cases/`, larger ones modules that make their records.
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../../pipeline/json.ts";

/** Records of one page; a text is sent as it is, for literals that would be written differently. */
export type Page = JsonValue[] | string;

/** One run: pages of each resource, and what is said differently from this run on. */
export interface Run {
  readonly pages: Readonly<Record<string, readonly Page[]>>;
  /** Laid over the hints of resources. */
  readonly hints?: Readonly<Record<string, JsonObject>>;
  /** Arguments of the run itself, as dlt calls them. */
  readonly run?: JsonObject;
}

/** Where a case is loaded to. */
export type CaseDestination = "sqlite" | "duckdb" | "filesystem";

/** What Sluice does instead of what dlt does, on purpose. */
export interface Instead {
  /** The id of the exception that says why. */
  readonly exception: string;
  /** After each run, rows by table as Sluice has them, without the columns of ids. */
  readonly rows: readonly Readonly<Record<string, readonly JsonObject[]>>[];
  /** Which runs end with an error; default none. */
  readonly fails?: readonly boolean[];
}

/** A case, spelled out. */
export interface Case {
  /** `<section>/<file>`. */
  readonly name: string;
  /** One sentence. */
  readonly shows: string;
  /** Hints by resource; keys are those of the declarative grammar. */
  readonly resources: Readonly<Record<string, JsonObject>>;
  /** Arguments of the source as a whole, as dlt calls them. */
  readonly source: JsonObject;
  /** How dlt reads the pages: with its REST source, or as a plain resource where that has no word for a hint. */
  readonly via: "rest" | "resource";
  readonly runs: readonly Run[];
  /** Row ids are compared as they are instead of by what they link. */
  readonly literalIds: boolean;
  /** Where both load to: SQLite, or files. DuckDB is for what dlt's SQLite cannot do; Sluice has SQLite there, too. */
  readonly destination: CaseDestination;
  /** How tables are replaced, where another way is asked for than the destination's own. */
  readonly replaceStrategy?: string;
  /** A feature that Sluice does not have yet: the case is recorded, and not demanded. */
  readonly pending?: string;
  /** Where Sluice is right: the case is judged by this. */
  readonly instead?: Instead;
}

/** A case as it is written; see {@link Case}. */
export interface CaseFile {
  readonly shows: string;
  readonly resources?: Readonly<Record<string, JsonObject>>;
  /** Hints of the only resource, `items`. */
  readonly hints?: JsonObject;
  readonly source?: JsonObject;
  readonly via?: "rest" | "resource";
  /** A list is the pages of the only resource. */
  readonly runs: readonly (readonly Page[] | Run)[];
  readonly ids?: "literal";
  readonly destination?: CaseDestination;
  readonly replace_strategy?: string;
  readonly pending?: string;
  readonly instead?: Instead;
}

/** The resource of cases that name none. */
export const ONLY_RESOURCE = "items";
const KEYS = new Set([
  "shows",
  "resources",
  "hints",
  "source",
  "via",
  "runs",
  "ids",
  "destination",
  "replace_strategy",
  "pending",
  "instead",
]);
const FOLDER = new URL("./cases/", import.meta.url);

/** All cases whose name holds `only`, in the order of their names. */
export async function loadCases(only = ""): Promise<Case[]> {
  const names: string[] = [];
  for await (const section of Deno.readDir(FOLDER)) {
    if (!section.isDirectory) continue;
    for await (const file of Deno.readDir(new URL(`${section.name}/`, FOLDER))) {
      if (file.isFile && !file.name.startsWith("_")) names.push(`${section.name}/${file.name}`);
    }
  }
  const wanted = names.sort().filter((name) => name.includes(only));
  return await Promise.all(wanted.map(loadCase));
}

async function loadCase(path: string): Promise<Case> {
  const url = new URL(path, FOLDER);
  const name = path.replace(/\.(json|ts)$/, "");
  const written = path.endsWith(".ts")
    ? (await import(url.href)).default as CaseFile
    : parseJson(await Deno.readTextFile(url)) as unknown as CaseFile;
  return spelledOut(name, written);
}

function spelledOut(name: string, written: CaseFile): Case {
  const stray = Object.keys(written).find((key) => !KEYS.has(key));
  if (stray) throw new Error(`case ${name}: unknown key "${stray}"`);
  if (!written.shows) throw new Error(`case ${name} does not say what it shows`);
  if (written.runs.length < 2 && !written.pending) throw new Error(`case ${name} has fewer than two runs`);
  return {
    name,
    shows: written.shows,
    resources: written.resources ?? { [ONLY_RESOURCE]: written.hints ?? {} },
    source: written.source ?? {},
    via: written.via ?? "rest",
    runs: written.runs.map((run) => Array.isArray(run) ? { pages: { [ONLY_RESOURCE]: run } } : run as Run),
    literalIds: written.ids === "literal",
    destination: written.destination ?? "sqlite",
    ...(written.replace_strategy && { replaceStrategy: written.replace_strategy }),
    pending: written.pending,
    instead: written.instead,
  };
}

/** The declarative configuration of one run, the same for dlt and Sluice. */
export function configOf(case_: Case, run: number, base: string): JsonObject {
  const resources = Object.keys(case_.resources).map((name, index) => {
    const { incremental, endpoint, ...hints } = hintsOf(case_, run, name);
    return {
      name,
      endpoint: {
        path: `${index}`,
        data_selector: "$",
        paginator: "header_link",
        ...isJsonObject(endpoint) ? endpoint : {},
        ...incremental === undefined ? {} : { incremental },
      },
      ...hints,
    };
  });
  return { client: { base_url: `${base}/${case_.name}/${run}/` }, resources };
}

/** Hints hold from the run that says them on. */
function hintsOf(case_: Case, run: number, resource: string): JsonObject {
  const said = case_.runs.slice(0, run + 1).map(({ hints }) => hints?.[resource] ?? {});
  return Object.assign({}, case_.resources[resource], ...said);
}
