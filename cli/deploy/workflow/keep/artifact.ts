/**
 * `--keep artifact`: each run uploads the data, and the next one downloads it.
 * @module
 */
import { actions } from "../actions.ts";
import { DATA_FOLDER, type Keep, workflowName } from "../parts.ts";
import { downloadStep } from "../runs.ts";

/** As an artifact of the last run. */
export const artifact: Keep = {
  name: "artifact",
  summary: "as an artifact of the last run",
  isLocal: true,
  plan({ name }) {
    const artifactName = `sluice-data-${name}`;
    return {
      permissions: { actions: "read" },
      before: [
        downloadStep({
          name: "Download the data of the last run",
          workflow: workflowName(name),
          from: "newest",
          artifact: artifactName,
          folder: DATA_FOLDER,
        }),
      ],
      after: [{
        name: "Upload the data",
        uses: actions.uploadArtifact,
        with: {
          name: artifactName,
          path: DATA_FOLDER,
          "if-no-files-found": "error",
          "include-hidden-files": true,
          "retention-days": 90,
          overwrite: true,
        },
      }],
      notes: [
        "Whoever can read the repository can download the data: keep it private",
        "An artifact is deleted after 90 days; a schedule that stands still longer begins from the start",
      ],
    };
  },
};
