/**
 * `--keep branch`: the data is committed to a branch of its own, whose history starts anew once it is large.
 * @module
 */
import type { Command } from "cli";
import { ConfigError } from "../../../../pipeline/errors.ts";
import { integerFrom } from "../../../help.ts";
import { DATA_FOLDER, type Keep } from "../parts.ts";

// The commit is made with an index of its own, so that what is checked out is not touched. Exit code 2 of
// ls-remote means that there is no such branch; anything else that it could not be asked.
const FETCH = `mkdir -p ${DATA_FOLDER}
status=0
git ls-remote --exit-code --heads origin "$DATA_BRANCH" > /dev/null || status=$?
case "$status" in
  0)
    git fetch --quiet --depth=1 origin "+refs/heads/$DATA_BRANCH:refs/remotes/origin/$DATA_BRANCH"
    git archive "refs/remotes/origin/$DATA_BRANCH" | tar -x -C ${DATA_FOLDER}
    ;;
  2) echo "Branch $DATA_BRANCH does not exist yet" ;;
  *) exit "$status" ;;
esac`;

const COMMIT = `GIT_DIR=$(git rev-parse --absolute-git-dir)
GIT_WORK_TREE=$PWD/${DATA_FOLDER}
GIT_INDEX_FILE=$RUNNER_TEMP/${DATA_FOLDER}.index
export GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
export GIT_AUTHOR_NAME="github-actions[bot]" GIT_COMMITTER_NAME="github-actions[bot]"
export GIT_AUTHOR_EMAIL=41898282+github-actions[bot]@users.noreply.github.com
export GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL
rm -f "$GIT_INDEX_FILE"
cd ${DATA_FOLDER}
git add --all --force .
tree=$(git write-tree)
before=$(git rev-parse --verify --quiet "refs/remotes/origin/$DATA_BRANCH" || true)
if [ -n "$before" ] && [ "$tree" = "$(git rev-parse "$before^{tree}")" ]; then
  echo "Nothing has changed"
  exit 0
fi
bytes=$(git rev-list --objects --disk-usage "$tree" \${before:+--not "$before"})
parent=$before
if [ -n "$before" ]; then
  earlier=$(git log -1 --format='%(trailers:key=History-Bytes,valueonly)' "$before")
  if [ $((bytes + \${earlier:-0})) -gt "$SQUASH_BYTES" ]; then
    echo "The history has grown past $SQUASH_BYTES bytes and starts anew"
    parent=
    bytes=$(git rev-list --objects --disk-usage "$tree")
  else
    bytes=$((bytes + \${earlier:-0}))
  fi
fi
commit=$(printf '%s\\n\\nHistory-Bytes: %s\\n' "Run $GITHUB_RUN_ID" "$bytes" |
  git commit-tree "$tree" \${parent:+-p "$parent"})
git push --quiet --force-with-lease="refs/heads/$DATA_BRANCH:$before" origin "$commit:refs/heads/$DATA_BRANCH"`;

/** On a branch. */
export const branch: Keep = {
  name: "branch",
  summary: "on a branch of the repository",
  isLocal: true,
  define(command: Command) {
    command
      .option("--branch <name>", "the branch that --keep branch commits to (default: sluice-data-<source>)")
      .option(
        "--squash-after <megabytes>",
        "size at which the history of that branch starts anew",
        integerFrom(1),
        200,
      );
  },
  plan({ name }, flags) {
    const env = {
      DATA_BRANCH: checkedBranch((flags.branch as string | undefined) ?? `sluice-data-${name}`),
      SQUASH_BYTES: String(Number(flags.squashAfter) * 1_000_000),
    };
    return {
      permissions: { contents: "write" },
      env,
      before: [{ name: "Fetch the data branch", run: FETCH }],
      after: [{ name: "Commit to the data branch", run: COMMIT }],
      notes: [
        "Whoever can read the repository can read the data: keep it private",
        "GitHub takes files up to 100 MB",
      ],
    };
  },
};

/** Git takes more, but nobody needs it. */
function checkedBranch(name: string): string {
  if (/^\w[\w.-]*(?:\/\w[\w.-]*)*$/.test(name) && !/\.\.|\.$|\.lock(?:\/|$)/.test(name)) return name;
  throw new ConfigError(`Cannot keep data on a branch "${name}": it is no name of a branch`, {
    code: "invalid-branch",
    next: "use letters, digits, points, dashes, underscores and slashes",
  });
}
