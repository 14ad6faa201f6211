/**
 * What a binary has to carry, found out from the sources: the modules that the program and the library reach,
 * the packages these need, and the files they name; and the comparison with what a binary does carry.
 * @module
 */
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { commands, PARSER_FILE } from "../cli/mod.ts";
import type { Embedded } from "./embedded.ts";

/** What has to be in a binary, and nothing else. */
export interface Expected {
  /** Files of the project, from its root, with slashes. */
  readonly files: ReadonlySet<string>;
  /** Packages as `name@version`. */
  readonly packages: ReadonlySet<string>;
  /** Files whose imports are only known when they run, apart from the one that may. */
  readonly unclear: readonly string[];
}

/** What the binary is told to carry besides the modules that its graph reaches. */
export const included = { library: "mod.ts", worker: "confine/worker.ts", build: "dist/build.json" };
/** Modules of the command line that are loaded by name. */
export const loadedByName = [PARSER_FILE, ...commands.map(({ file }) => file)].map((file) => `cli/${file}`);

/** What imports modules that the graph does not show: those above, and a user's own file, which is on disk. */
const LOADS_BY_NAME: readonly string[] = ["cli/mod.ts", "extract/definition/source_module.ts"];
const PACKAGES = ".deno_compile_node_modules/localhost/";
/** A file of a package that is larger is looked at by a person first. */
const LARGE_BYTES = 400_000;
const NATIVE_REGEXP = /\.(?:node|so|dylib|dll|exe|wasm)(?:\.\d+)*$/;
const UNKNOWN_IMPORT_REGEXP = /\bimport\(\s*[^"'\s)]/;
const ASSET_REGEXP = /new URL\(\s*"([^"]+)",\s*import\.meta\.url\)/g;

interface Graph {
  readonly roots: readonly string[];
  readonly modules: readonly Module[];
  readonly redirects: Readonly<Record<string, string>>;
  readonly npmPackages: Readonly<Record<string, Package>>;
}

interface Module {
  readonly specifier: string;
  readonly local?: string;
  readonly npmPackage?: string;
  /** What is imported for types alone has no `code`. */
  readonly dependencies?: readonly { readonly code?: { readonly specifier: string } }[];
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

/** Reads the sources below `root`. */
export async function readExpected(root: string): Promise<Expected> {
  const files = new Set(["deno.json", included.build]);
  const packages = new Set<string>();
  const unclear: string[] = [];
  for (const entrypoint of ["main.ts", included.library, included.worker, ...loadedByName]) {
    const graph = await graphOf(root, entrypoint);
    for (const { local, npmPackage } of reached(graph)) {
      if (npmPackage) addPackage(npmPackage, graph.npmPackages, packages);
      if (local) files.add(relative(root, local).replaceAll(sep, "/"));
    }
  }
  for (const file of [...files].filter((each) => each.endsWith(".ts"))) {
    const code = withoutComments(await Deno.readTextFile(join(root, file)));
    if (UNKNOWN_IMPORT_REGEXP.test(code) && !LOADS_BY_NAME.includes(file)) unclear.push(file);
    for (const asset of await assetsOf(code, join(root, file))) {
      files.add(relative(root, asset).replaceAll(sep, "/"));
    }
  }
  return { files, packages, unclear };
}

/** What is wrong with a binary, one sentence each. */
export function problemsOf({ entrypoint, imports, files }: Embedded, expected: Expected): string[] {
  const own = files.filter(({ path }) => !path.startsWith(PACKAGES));
  const foreign = files.filter(({ path }) => path.startsWith(PACKAGES));
  const carried = new Set(own.map(({ path }) => path));
  const packages = new Set(foreign.map(({ path }) => packageOf(path)));
  return [
    ...entrypoint === "main.ts" ? [] : [`it starts with ${entrypoint}`],
    ...imports["@sluice/sluice"] === `./${included.library}`
      ? []
      : ["the library's public name leads nowhere, so that no user's module could import it"],
    ...missing(expected.files, carried).map((path) => `${path} is missing`),
    ...missing(expected.packages, packages).map((name) => `package ${name} is missing`),
    ...missing(carried, expected.files).map((path) => `${path} is in it and not needed`),
    ...missing(packages, expected.packages).map((name) => `package ${name} is in it and not needed`),
    ...files.filter(({ path }) => NATIVE_REGEXP.test(path)).map(({ path }) => `${path} is native code`),
    ...foreign.filter(({ bytes }) => bytes > LARGE_BYTES).map(({ path, bytes }) =>
      `${path} is large, ${bytes} bytes`
    ),
    ...expected.unclear.map((path) => `${path} imports something that is only known when it runs`),
  ];
}

function missing(wanted: ReadonlySet<string>, present: ReadonlySet<string>): string[] {
  return [...wanted].filter((each) => !present.has(each)).sort();
}

/** `a/b/node_modules/@scope/name/1.0.0/…` as `@scope/name@1.0.0`; a copy is `1.0.0_1`. */
function packageOf(path: string): string {
  const parts = path.slice(PACKAGES.length).split("/");
  const name = parts[0].startsWith("@") ? parts.splice(0, 2).join("/") : parts.shift();
  return `${name}@${parts[0].replace(/_\d+$/, "")}`;
}

/** The modules that run, those imported on demand included. */
function reached({ roots, modules, redirects }: Graph): Module[] {
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const found = new Set<Module>();
  const visit = (specifier: string) => {
    const module = bySpecifier.get(redirects[specifier] ?? specifier);
    if (!module || found.has(module)) return;
    found.add(module);
    module.dependencies?.forEach(({ code }) => code && visit(code.specifier));
  };
  roots.forEach(visit);
  return [...found];
}

/** The package and all it needs. */
function addPackage(id: string, all: Graph["npmPackages"], packages: Set<string>): void {
  const { name, version, dependencies } = all[id];
  if (packages.has(`${name}@${version}`)) return;
  packages.add(`${name}@${version}`);
  dependencies.forEach((each) => addPackage(each, all, packages));
}

async function graphOf(root: string, entrypoint: string): Promise<Graph> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", `./${entrypoint}`],
    cwd: root,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Files that code names beside its own, in so far as they exist; a folder or a page is none. */
async function assetsOf(code: string, file: string): Promise<string[]> {
  const assets: string[] = [];
  for (const [, name] of code.matchAll(ASSET_REGEXP)) {
    const path = fileURLToPath(new URL(name, `file://${file}`));
    if ((await Deno.stat(path).catch(() => undefined))?.isFile) assets.push(path);
  }
  return assets;
}

function withoutComments(code: string): string {
  return code.replace(/^ *(?:\*|\/\*|\/\/).*$/gm, "");
}
