/**
 * A scene for tests of declarative configurations: a server on loopback that writes down what it was asked, and
 * a pipeline into SQLite in a temporary folder. Holds no tests itself.
 * @module
 */
import assert from "assert";
import {
  Configuration,
  type LoadInfo,
  pipeline,
  type RestApiConfig,
  restApiSource,
  type RestApiSourceOptions,
  type RunEvent,
  type RunOptions,
  SluiceError,
  type Source,
} from "../mod.ts";

/** A request as the server saw it. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, byte for byte. */
  readonly path: string;
  readonly headers: Headers;
  /** The body as text; empty without one. */
  readonly body: string;
}

/** A JSON value, a response, or nothing, which is 404. */
export type Answer = unknown;
/**
 * Answers by `GET /users?page=2`, `/users?page=2` or `/users`, the first that is there; or a function, whose
 * `count` counts from 1. A function in the table is called with the request.
 */
export type Answers =
  | Readonly<Record<string, Answer>>
  | ((request: ApiRequest, count: number) => Answer | Promise<Answer>);

/** A row without the columns that the loader adds. */
export type Row = Record<string, unknown>;

/** What one load differs in. */
export interface LoadMore extends RunOptions, RestApiSourceOptions {
  /** Where the pipeline lives; a new folder that is removed afterwards, unless given. */
  readonly folder?: string;
  /** The environment; empty unless given. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files below `.dlt`, e.g. `secrets.toml`, written before the run. */
  readonly files?: Readonly<Record<string, string>>;
  /** Hears of everything at once, before the run goes on. */
  readonly onEvent?: (event: RunEvent) => void;
}

/** What a load brought. */
export interface Loaded {
  readonly info: LoadInfo;
  /** All rows of every table, child tables too, in the order in which they were loaded. */
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  readonly events: readonly RunEvent[];
  /** Codes and texts of warnings. */
  readonly warnings: readonly string[];
}

/** A configuration as tests write it; `base_url` may be left out inside {@link withApi}. */
// deno-lint-ignore no-explicit-any -- tests hand over wrong ones, too
export type AnyConfig = any;

/** The server, and loads from it. */
export interface Api {
  readonly base: string;
  readonly requests: ApiRequest[];
  /** `METHOD /path?query` of every request so far, in order. */
  lines(): string[];
  /** Loads into the one pipeline of this scene; a client without a `base_url` gets the server's. */
  load(config: AnyConfig | Source, more?: LoadMore): Promise<Loaded>;
  /** The pipeline's folder. */
  readonly folder: string;
}

/** Serves `answers` while `use` runs. */
export async function withApi(answers: Answers, use: (api: Api) => Promise<void>): Promise<void> {
  const requests: ApiRequest[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const seen = {
      method: request.method,
      path: pathname + search,
      headers: new Headers(request.headers),
      body: await request.text(),
    };
    requests.push(seen);
    return responseOf(await answerTo(answers, seen, requests.length));
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  const folder = await Deno.makeTempDir({ prefix: "sluice_api_" });
  try {
    await use({
      base,
      requests,
      folder,
      lines: () => requests.map(({ method, path }) => `${method} ${path}`),
      load: (config, more) => load(withBase(config, base), { folder, ...more }),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function withBase(config: AnyConfig, base: string): AnyConfig {
  const { client } = config ?? {};
  return client && client.base_url === undefined
    ? { ...config, client: { base_url: base, ...client } }
    : config;
}

async function answerTo(answers: Answers, request: ApiRequest, count: number): Promise<Answer> {
  if (typeof answers === "function") return await answers(request, count);
  const { method, path } = request;
  const bare = path.split("?")[0]!;
  const keys = [`${method} ${path}`, path, `${method} ${bare}`, bare];
  const key = keys.find((each) => Object.hasOwn(answers, each));
  const answer = key === undefined ? undefined : answers[key];
  return typeof answer === "function" ? await answer(request, count) : answer;
}

function responseOf(answer: Answer): Response {
  if (answer instanceof Response) return answer;
  if (answer === undefined) return Response.json({ message: "nothing here" }, { status: 404 });
  return Response.json(answer);
}

/** Loads a configuration, or a source, and reads back every table. */
export async function load(config: RestApiConfig | Source | AnyConfig, more: LoadMore = {}): Promise<Loaded> {
  if (more.folder !== undefined) return await loadInto(more.folder, config, more);
  const folder = await Deno.makeTempDir({ prefix: "sluice_load_" });
  try {
    return await loadInto(folder, config, more);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function loadInto(folder: string, config: AnyConfig, more: LoadMore): Promise<Loaded> {
  const { folder: _folder, env = {}, files = {}, onEvent, ...options } = more;
  const { resources, limit, fullRefresh, fresh, signal, ...about } = options;
  await Deno.mkdir(`${folder}/.dlt`, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/.dlt/${name}`, text, { mode: 0o600 });
  }
  const events: RunEvent[] = [];
  const configuration = await Configuration.load({
    projectDirectory: folder,
    env,
    machineFolder: `${folder}/machine`,
  });
  const place = pipeline({
    pipelineName: "scene",
    datasetName: "scene",
    projectDirectory: folder,
    configuration,
    emit: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  const source: Source = config !== null && typeof config === "object" && "definition" in config
    ? config
    : restApiSource(config, about);
  const info = await place.run(source, { resources, limit, fullRefresh, fresh, signal });
  const warnings = events.flatMap((event) =>
    event.type === "warning" ? [`${event.code}: ${event.message}`] : []
  );
  const names = (await place.query(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_dlt%' ESCAPE '\\' ORDER BY name",
  )).rows.map(([name]) => String(name));
  const tables: Record<string, Row[]> = {};
  for (const name of names) {
    const { columns, rows } = await place.query(`SELECT * FROM "${name}" ORDER BY rowid`);
    tables[name] = rows.map((row) =>
      Object.fromEntries(row.map((value, at) => [columns[at]!, value] as const).filter(isOwn))
    );
  }
  return { info, tables, events, warnings };
}

/** Neither a column of the loader nor one without a value. */
function isOwn([column, value]: readonly [string, unknown]): boolean {
  return !column.startsWith("_dlt_") && value !== null;
}

/** The error that a promise rejects with, which must be one of ours. */
export async function failure(promise: Promise<unknown>): Promise<SluiceError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof SluiceError, error instanceof Error ? error.stack : String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "no error was thrown" });
}
