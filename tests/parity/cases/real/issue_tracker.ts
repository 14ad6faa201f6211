import type { CaseFile } from "../../case.ts";
import type { JsonValue } from "../../../../pipeline/json.ts";
import { type Invent, records } from "../../invent.ts";

function rich(invent: Invent, depth: number): JsonValue {
  return depth === 0 || invent.chance(30)
    ? { type: "text", text: invent.name(), marks: invent.some(1, () => ({ type: "strong" })) }
    : { type: "paragraph", attrs: { level: depth }, content: invent.some(2, () => rich(invent, depth - 1)) };
}

const issues = (seed: number, first: number) =>
  records(seed, 6, (invent, index) => ({
    id: String(10_000 + first + index),
    key: `ACME-${first + index}`,
    fields: {
      summary: invent.name(),
      customfield_10010: invent.one([null, 5, "5", 5.5, true, { id: "1", value: "A" }, [{ id: "2" }]]),
      customfield_10020: invent.one([null, "2024-03-01T10:00:00.000+0100", "soon"]),
      created: `${invent.time(index)}.000+0100`,
      description: { version: 1, type: "doc", content: invent.some(2, () => rich(invent, 3)) },
      labels: invent.some(2, () => invent.one(["Über", "ops"])),
      issuelinks: invent.some(
        1,
        () => ({
          type: { name: "Blocks" },
          outwardIssue: { key: "ACME-1", fields: { status: { name: "Open" } } },
        }),
      ),
      watches: { watchCount: invent.below(9), isWatching: false },
    },
  }));

export default {
  shows: "issues whose own fields change their kind from record to record, and texts as trees",
  hints: { primary_key: "id", write_disposition: "merge" },
  runs: [[issues(18, 0)], [issues(19, 4)]],
} satisfies CaseFile;
