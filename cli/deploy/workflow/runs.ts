/**
 * What an earlier run of the same workflow left, fetched with the program `gh` that every runner has.
 * @module
 */
import { actions } from "./actions.ts";
import { shellWord } from "../quote.ts";
import type { Step } from "./workflow.ts";

/** A folder as an artifact of an earlier run. */
export interface EarlierArtifact {
  readonly name: string;
  /** File name of the workflow. */
  readonly workflow: string;
  /** The newest run that has it; or the last run alone, if it did not succeed. */
  readonly from: "newest" | "failed";
  readonly artifact: string;
  readonly folder: string;
}

const LISTS: Readonly<Record<EarlierArtifact["from"], string>> = {
  newest: "--limit 30 --json databaseId --jq '.[].databaseId'",
  failed: "--limit 1 --json databaseId,conclusion " +
    `--jq '.[] | select(.conclusion != "success") | .databaseId'`,
};

/** The step that fetches it, if there is any: the first run has none before it. */
export function downloadStep({ name, workflow, from, artifact, folder }: EarlierArtifact): Step {
  return {
    name,
    env: { GH_TOKEN: "${{ github.token }}", GH_REPO: "${{ github.repository }}" },
    run: `runs=$(gh run list --workflow ${shellWord(workflow)} --status completed ${LISTS[from]})
for run in $runs; do
  if gh run download "$run" --name ${shellWord(artifact)} --dir ${shellWord(folder)}; then
    echo "Taken from run $run"
    break
  fi
done`,
  };
}

/** Holds once the load was started, however it ended: what is in the tables is whole at any time. */
export const AFTER_LOAD = "always() && steps.load.outcome != 'skipped' && steps.load.outcome != ''";

/** The step that keeps a folder of a run that fails or is cancelled. */
export function keepOfFailureStep(
  { name, artifact, folder }: Pick<EarlierArtifact, "name" | "artifact" | "folder">,
): Step {
  return {
    name,
    if: "failure() || cancelled()",
    uses: actions.uploadArtifact,
    with: {
      name: artifact,
      path: folder,
      "if-no-files-found": "ignore",
      "include-hidden-files": true,
      "retention-days": 14,
      overwrite: true,
    },
  };
}
