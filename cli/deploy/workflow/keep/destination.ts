/**
 * `--keep destination`: the destination is elsewhere and keeps its own state, so that nothing has to be moved.
 * @module
 */
import type { Keep } from "../parts.ts";

/** At the destination. */
export const destination: Keep = {
  name: "destination",
  summary: "at the destination, which is not on the runner",
  isLocal: false,
  plan: ({ destination }) => ({
    notes: [`The runner must reach what ${destination} is configured to: its own disk is empty each time`],
  }),
};
