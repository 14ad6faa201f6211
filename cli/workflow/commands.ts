/**
 * What a step of GitHub Actions can tell the runner: lines that begin with `::`, and files whose names are in
 * the environment. Whatever is told stays the data it is: it can neither end a command nor begin one.
 * @module
 */

import { environmentOf } from "../../pipeline/config_environment.ts";

/** What an annotation is about. */
export type AnnotationKind = "error" | "warning" | "notice";

/** Whether this process is a step of a workflow. */
export function inWorkflow(): boolean {
  // Everything that is printed asks this, also where no variable may be read.
  return environmentOf().get("GITHUB_ACTIONS") === "true";
}

/** A line that the runner shows at the run and in the log. */
export function annotation(
  kind: AnnotationKind,
  { title, message, file, line }: { title: string; message: string; file?: string; line?: number },
): string {
  const properties = Object.entries({ title, file, line }).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${kind} ${properties.join(",")}::${data(message)}`;
}

/** Lines between this one and {@link GROUP_END} are folded in the log. */
export function groupStart(title: string): string {
  return `::group::${data(title)}`;
}

/** Ends what {@link groupStart} began. */
export const GROUP_END = "::endgroup::";

/** Has the runner blank a text in everything that any later step prints; one command for each line of it. */
export function masks(secret: string): string[] {
  return secret.split(/\r?\n/).filter((line) => line.trim().length > 0).map((line) =>
    `::add-mask::${data(line)}`
  );
}

/** Text that the runner takes for no command, whoever wrote it. */
export function withoutCommands(text: string): string {
  return text.replaceAll(/^(\s*)(?=::|##\[)/gm, "$1\u200b");
}

/** An output of a step, as its file takes it. */
export function outputEntry(name: string, value: string): string {
  // The mark that ends a value must not be in it.
  const mark = `end_${crypto.randomUUID()}`;
  return `${name}<<${mark}\n${value}\n${mark}\n`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
