/**
 * Which names a source can have: each becomes a file, a section of the configuration, part of environment
 * variables, a folder and the name of a dataset.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import { snakeName } from "../../openapi/names.ts";

const NAME_REGEXP = /^[a-z](?:_?[a-z0-9]+)*$/;
const LONGEST = 60;
/** Devices of Windows, which no file may be called there, and sections that mean something else. */
const RESERVED = new Set(
  "con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 sources destination pipelines runtime"
    .split(" "),
);

/** @throws {ConfigError} `invalid-name` with the nearest name that can be used */
export function checkSourceName(name: string): void {
  const isRight = NAME_REGEXP.test(name) && name.length <= LONGEST;
  if (isRight && !RESERVED.has(name)) return;
  const usable = snakeName(name.replace(/^(?:.*[\\/])?/, "").replace(/\.[cm]?[jt]s$/i, ""));
  const suggestion = RESERVED.has(usable) ? `${usable}_api` : NAME_REGEXP.test(usable) ? usable : "my_api";
  throw new ConfigError(
    isRight
      ? `Cannot name a source "${name}": the name is taken for something else`
      : `Cannot name a source "${
        name.slice(0, 80)
      }": names are lower-case letters, digits and single underscores, ` +
        `at most ${LONGEST}, and start with a letter`,
    { code: "invalid-name", next: `did you mean "${suggestion}"? The file is named after it` },
  );
}
