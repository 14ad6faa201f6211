/**
 * Plans everything that `init` writes, without writing: the module, two configuration files, rules for git.
 * @module
 */
import { join } from "node:path";
import type { ApiDescription } from "../../openapi/description.ts";
import { shownPath } from "../../pipeline/config_files.ts";
import { existingText, existsError, isTaken, type PlannedFile } from "./files.ts";
import { ignoreRules, missingRules } from "./ignore_rules.ts";
import { type ModuleOptions, moduleText, parametersOf } from "./module_text.ts";
import { type Open, planSettings } from "./settings.ts";

/** Where files go. */
export interface Places {
  /** Where the module goes. */
  readonly directory: string;
  /** The project, which .gitignore belongs to. */
  readonly projectDirectory: string;
  /** Where the configuration is, normally `<projectDirectory>/.dlt`. */
  readonly folder: string;
}

/** Everything that is to be written, in the order of writing, and what is left to a person. */
export interface InitPlan {
  readonly files: readonly PlannedFile[];
  readonly open: readonly Open[];
}

/** The module of a source as a command line names it. */
export function modulePath(name: string): string {
  return `./${name}.ts`;
}

/** @throws {ConfigError} `exists` when the module is there already */
export async function refuseExisting(name: string, { directory }: Places): Promise<void> {
  if (await isTaken(join(directory, `${name}.ts`))) throw existsError(modulePath(name));
}

/** Plans all files. @throws {ConfigError} when one of them cannot be what it has to be */
export async function planFiles(
  api: ApiDescription,
  module: ModuleOptions,
  places: Places,
): Promise<InitPlan> {
  const { name } = module;
  const { projectDirectory, folder } = places;
  await refuseExisting(name, places);
  const source = { name, parameters: parametersOf(api) };
  const settings = (file: string, holdsSecrets: boolean) => {
    const path = join(folder, file);
    return planSettings({ path, shown: shownPath(path), holdsSecrets }, source);
  };
  const config = await settings("config.toml", false);
  const secrets = await settings("secrets.toml", true);
  const text: PlannedFile = {
    path: join(places.directory, `${name}.ts`),
    shown: modulePath(name),
    action: "create",
    text: moduleText(api, module),
  };
  return {
    // Secrets are ignored before they exist, and the module comes last: with it everything is there.
    files: [
      await planIgnoreFile(join(projectDirectory, ".gitignore"), ignoreRules(name, projectDirectory, folder)),
      config.file,
      secrets.file,
      text,
    ],
    open: [...config.open, ...secrets.open],
  };
}

async function planIgnoreFile(path: string, rules: readonly string[]): Promise<PlannedFile> {
  const shown = shownPath(path);
  const before = await existingText(path, shown);
  const text = missingRules(before ?? "", rules);
  return { path, shown, text, action: text === "" ? "keep" : before === undefined ? "create" : "append" };
}
