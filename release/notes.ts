/**
 * The notes of a release: the section of the changelog that has its version. A tag that is not the version of
 * the sources, or has no section, is refused before anything is published.
 *
 *     deno run -R release/notes.ts v0.1.0
 *
 * @module
 */
import manifest from "../deno.json" with { type: "json" };

/** The section of a version, without its heading. @throws {Error} when the tag does not fit */
export function notesOf(tag: string, changelog: string, version: string = manifest.version): string {
  if (tag !== `v${version}`) throw new Error(`the tag is ${tag}, and deno.json says ${version}`);
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((each) => each.split("\n")[0].split(" ")[0] === version);
  const text = section?.split("\n").slice(1).join("\n").trim();
  if (text) return text + "\n";
  throw new Error(`CHANGELOG.md has no section "## ${version}"; rename "Unreleased"`);
}

if (import.meta.main) {
  try {
    const changelog = await Deno.readTextFile(new URL("../CHANGELOG.md", import.meta.url));
    console.log(notesOf(Deno.args[0] ?? "", changelog));
  } catch (error) {
    console.error(`Cannot write the notes: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
