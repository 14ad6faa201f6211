/**
 * `upsert`: a new row takes the place of the one with its key, nulls included, or is added. Ids come from keys, so
 * child rows keep theirs; those that the new list lacks go. Rows marked by `hard_delete` go, and are not added.
 * @module
 */
import {
  doomHardDeleted,
  doomSuperseded,
  removeChildren,
  removeRepeatedChildren,
  type Strategy,
} from "./merge.ts";

export const upsert: Strategy = {
  childIndex: ["_dlt_root_id", "_dlt_id"],
  doom(merge) {
    doomSuperseded(merge, merge.primaryKey);
    doomHardDeleted(merge);
  },
  removeChildren(merge) {
    removeChildren(merge);
    removeRepeatedChildren(merge, "last");
  },
};
