/**
 * What went wrong while a user's module was loaded: the reason and the place in it, without a stack.
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { ConfigError, type SluiceError } from "../../pipeline/errors.ts";
import { redact } from "../../pipeline/secret.ts";
import { shortage } from "../../pipeline/shortage.ts";
import { describeError, placeOf } from "../own_code.ts";

/** How the runtime begins when it is the module that it cannot load, and not the module's code that threw. */
const LOADING_REGEXP =
  /^(?:SyntaxError: |(?:Parse|Transpile) error: |Module not found|Import ["']|Relative import|The requested module|Unsupported scheme|Unable to load|Loading |npm package|Could not find|Requires \w+ access|Expected a |\[ERR_)/;

/**
 * The error for a module that cannot be loaded. `path` is what the user wrote; a compiled binary, which is
 * `standalone`, can load less than Deno.
 */
export function moduleFailed(
  path: string,
  error: unknown,
  { standalone } = { standalone: Deno.build.standalone },
): SluiceError {
  const short = shortage(error, { doing: `load "${path}"`, file: path });
  if (short) return short;
  const text = error instanceof Error ? stripVTControlCharacters(error.message) : "";
  const isLoading = LOADING_REGEXP.test(text);
  const place = isLoading ? placeOf(text) : placeOf(error);
  return new ConfigError(
    `Cannot load "${path}": ${isLoading ? firstLine(text) : `it threw ${describeError(error)}`}`,
    {
      code: "module-failed",
      at: place.file === undefined ? { file: path } : place,
      next: isLoading ? adviceFor(text, standalone) : "correct the module",
      cause: error,
    },
  );
}

/** The first line, or what the system said of a file that cannot be read, which stands below it. */
function firstLine(text: string): string {
  const line = /^Import .* failed\.\s+0: (.+)/.exec(text)?.[1] ?? text.split("\n")[0];
  return redact(
    line!.replace(/ at file:\/\/\S+$/, "").replaceAll(/file:\/\/\S*\/([^/\s"]+)/g, "$1").replace(/\.$/, ""),
  );
}

function adviceFor(text: string, standalone: boolean): string {
  if (text.includes("Permission denied (os error")) return "make the file readable";
  if (/^(?:SyntaxError|Parse error|Transpile error)/.test(text)) return "correct the module at that place";
  if (text.includes("does not provide an export")) return "correct the name of what is imported";
  const host = /^Requires import access to "(.+?)"/.exec(text)?.[1];
  if (host !== undefined) return `if the module may load code from there, run with --allow import=${host}`;
  if (standalone) {
    return "the binary imports files beside the module, node: modules and @sluice/sluice; put what else it " +
      "needs beside it as a file, or run Sluice with Deno, which fetches packages";
  }
  if (text.includes("@sluice/sluice")) {
    return "run it with the configuration of a clone of Sluice: deno run --config <clone>/deno.json …";
  }
  return "correct the import; files beside the module, built-in modules and @sluice/sluice can be imported";
}
