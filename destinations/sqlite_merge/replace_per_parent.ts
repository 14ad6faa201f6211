/**
 * `replace-per-parent`: all rows of parents that were read again give way to the new ones, also to none.
 * @module
 */
import { doomHardDeleted, doomSuperseded, type Strategy } from "./merge.ts";

export const replacePerParent: Strategy = {
  perParent: true,
  doom(merge) {
    doomSuperseded(merge, merge.primaryKey);
    doomSuperseded(merge, merge.mergeKey, { onlyOld: true });
    doomHardDeleted(merge);
  },
};
