/**
 * `--keep cache`: the data is in the repository's cache, which is quick, and forgotten when nobody asks.
 * @module
 */
import { actions } from "../actions.ts";
import { DATA_FOLDER, type Keep } from "../parts.ts";

/** In the cache. */
export const cache: Keep = {
  name: "cache",
  summary: "in the cache of the repository",
  isLocal: true,
  plan({ name }) {
    const prefix = `sluice-data-${name}-`;
    // A cache is never changed, so that each attempt writes one, and the newest with this prefix is read.
    const key = `${prefix}\${{ github.run_id }}-\${{ github.run_attempt }}`;
    return {
      before: [{
        name: "Restore the data of the last run",
        uses: actions.cacheRestore,
        with: { path: DATA_FOLDER, key, "restore-keys": prefix },
      }],
      after: [{ name: "Save the data", uses: actions.cacheSave, with: { path: DATA_FOLDER, key } }],
      notes: [
        "Whoever can run workflows in the repository can read its cache: keep it private",
        "A cache that nobody reads for a week is deleted; the next run then begins from the start",
      ],
    };
  },
};
