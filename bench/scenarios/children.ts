/** Many small calls. @module */
import { PARENTS_RESOURCES, parentsDataset, parentsStarts } from "../data/parents.ts";
import type { LoadScenario } from "../scenario.ts";

/** Five thousand parents with one page of children each, 20 ms away. */
export const children: LoadScenario = {
  name: "children",
  about: "one small page for each parent, 20 ms away",
  records: 5000,
  rounds: 5,
  dlt: 1,
  dataset: parentsDataset,
  config: () => ({ client: {}, resources: [...PARENTS_RESOURCES] }),
  starts: parentsStarts,
  server: { latencyMs: 20 },
  lanes: 8,
};
