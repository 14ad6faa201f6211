/**
 * `--with binary`: the runner downloads the binary of this version and checks it before it is run.
 * @module
 */
import type { Command } from "cli";
import { ConfigError } from "../../../../pipeline/errors.ts";
import { programVersion } from "../../../version.ts";
import { shellWord } from "../../quote.ts";
import type { Program } from "../parts.ts";

const FILE = "sluice-linux-x64";
const TRIPLE = "x86_64-unknown-linux-gnu";
const REPOSITORY_REGEXP = /^[\w.-]+\/[\w.-]+$/;

/** The released binary. */
export const binary: Program = {
  name: "binary",
  summary: "the released binary",
  define(command: Command) {
    command.option(
      "--repository <owner/name>",
      "where --with binary downloads releases from (default: where this binary came from)",
    );
  },
  async plan(flags) {
    const { version, repository: own } = programVersion();
    const repository = (flags.repository as string | undefined) ?? own;
    if (repository === undefined || !REPOSITORY_REGEXP.test(repository)) {
      throw new ConfigError(
        `Cannot write a workflow with the binary: ${
          repository === undefined ? "it is not known where releases are" : `"${repository}" is no repository`
        }`,
        {
          code: "unknown-repository",
          next: "name the repository with --repository <owner/name>, or take --with deno",
        },
      );
    }
    return {
      words: ["sluice"],
      before: [{
        name: `Install Sluice ${version}`,
        env: { GH_TOKEN: "${{ github.token }}" },
        run: installScript({ repository, version, sum: await ownSum() }),
      }],
    };
  },
};

/** Where this is the very file, its own sum goes in, which nobody can change at the release. */
function installScript(
  { repository, version, sum }: { repository: string; version: string; sum?: string },
): string {
  const patterns = [FILE, ...sum === undefined ? ["SHA256SUMS"] : []].map((file) => `--pattern ${file}`).join(
    " ",
  );
  return [
    'mkdir -p "$RUNNER_TEMP/sluice"',
    'cd "$RUNNER_TEMP/sluice"',
    `gh release download v${version} --repo ${shellWord(repository)} ${patterns}`,
    sum === undefined
      ? `grep ' ${FILE}$' SHA256SUMS | sha256sum --check --strict`
      : `echo '${sum}  ${FILE}' | sha256sum --check --strict`,
    `install -m 755 ${FILE} sluice`,
    'echo "$PWD" >> "$GITHUB_PATH"',
  ].join("\n");
}

async function ownSum(): Promise<string | undefined> {
  if (!Deno.build.standalone || Deno.build.target !== TRIPLE) return undefined;
  const sum = await crypto.subtle.digest("SHA-256", await Deno.readFile(Deno.execPath()));
  return new Uint8Array(sum).toHex();
}
