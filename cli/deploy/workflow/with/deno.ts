/**
 * `--with deno`: the runner gets the version of Deno that runs now, and Sluice from the clone that the workflow
 * is in, or else as the published package.
 * @module
 */
import manifest from "../../../../deno.json" with { type: "json" };
import { PACKAGE, PERMISSIONS } from "../../program.ts";
import { actions } from "../actions.ts";
import type { Program } from "../parts.ts";

/** Deno, pinned. */
export const deno: Program = {
  name: "deno",
  summary: "Deno in this version, and the sources",
  async plan() {
    return {
      words: await isClone() ? ["deno", "task", "sluice"] : ["deno", "run", "-q", ...PERMISSIONS, PACKAGE],
      before: [{
        name: `Install Deno ${Deno.version.deno}`,
        uses: actions.setupDeno,
        with: { "deno-version": Deno.version.deno },
      }],
    };
  },
};

/** The project is a clone of Sluice itself. */
async function isClone(): Promise<boolean> {
  try {
    return JSON.parse(await Deno.readTextFile("deno.json")).name === manifest.name;
  } catch {
    return false;
  }
}
