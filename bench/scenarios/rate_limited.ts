/** An API that allows so many requests a minute. @module */
import { CHILDREN, PARENTS_RESOURCES, parentsDataset, parentsStarts } from "../data/parents.ts";
import type { LoadScenario } from "../scenario.ts";

/** Two thousand and some requests, six hundred a minute; a minute takes three seconds. */
export const rateLimited: LoadScenario = {
  name: "rate_limited",
  about: "a budget of 600 requests a minute; a minute takes 3 s",
  records: 2000,
  rounds: 3,
  dataset: parentsDataset,
  config: () => ({
    client: {
      rate_limit: {
        limit_header: "x-rate-limit-limit",
        remaining_header: "x-rate-limit-remaining",
        reset_header: "x-rate-limit-reset",
      },
    },
    resources: [...PARENTS_RESOURCES],
  }),
  starts: parentsStarts,
  rows: (parents) => ({ parents, children: parents * CHILDREN }),
  floor: "it does not wait for limits",
  dlt: "its clock cannot be scaled",
  server: { budget: { perMinute: 600, timeScale: 20 } },
};
