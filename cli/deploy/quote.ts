/**
 * Texts inside the languages of schedulers: whatever a name or path holds, it stays one word there and means
 * nothing else.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import { printable } from "../printable.ts";

// An equals sign is plain in an option only: elsewhere it could be an assignment.
const PLAIN_WORD_REGEXP = /^(?:[\w@+:,./-]+|-[\w@+:,./=-]+)$/;
// deno-lint-ignore no-control-regex
const CONTROL_REGEXP = /[\u0000-\u001f\u007f]/;

/** The words of a command line, refused where no scheduler could hold them. @throws {ConfigError} "unusable-path" */
export function checkedWords(words: readonly string[]): readonly string[] {
  const wrong = words.find((word) => CONTROL_REGEXP.test(word));
  if (wrong === undefined) return words;
  throw new ConfigError(`Cannot schedule "${printable(wrong)}": it holds a line break or control character`, {
    code: "unusable-path",
    next: "rename the file or folder",
  });
}

/** A word in a POSIX shell. */
export function shellWord(text: string): string {
  return PLAIN_WORD_REGEXP.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line in a POSIX shell. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** A shell command in a crontab, where a percent sign would end the line. */
export function crontabCommand(command: string): string {
  return command.replaceAll("%", "\\%");
}

/** A word of `ExecStart=` in a unit of systemd. */
export function systemdWord(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("$", "$$$$");
  return `"${systemdText(escaped)}"`;
}

/** A value in a unit of systemd, where a percent sign would begin a specifier. */
export function systemdText(text: string): string {
  return text.replaceAll("%", "%%");
}

/** Text between the tags of a property list. */
export function xmlText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Text in a workflow of GitHub, which would look into it for expressions. */
export function workflowText(text: string): string {
  return text.replaceAll("${{", "${{ '${{' }}");
}
