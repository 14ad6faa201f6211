import type { JsonObject } from "../../../../pipeline/json.ts";
import type { CaseFile } from "../../case.ts";
import { type Invent, records } from "../../invent.ts";

function payload(invent: Invent, kind: string): JsonObject {
  switch (kind) {
    case "PushEvent":
      return {
        push_id: invent.below(1e9) * 7 + 9_007_199_254,
        ref: "refs/heads/main",
        distinct_size: invent.below(4),
        commits: invent.some(3, (index) => ({
          sha: invent.hex(40),
          message: `fix #${index}: ${invent.name()}\n\nSigned-off-by: x`,
          distinct: invent.chance(90),
          author: { name: invent.name(), email: `${invent.hex(4)}@example.com` },
        })),
      };
    case "IssuesEvent":
      return {
        action: invent.one(["opened", "closed"]),
        issue: {
          number: invent.below(900),
          labels: invent.some(2, () => ({ name: invent.one(["bug", "help wanted"]), color: invent.hex(6) })),
          assignee: invent.chance(50) ? null : { login: invent.hex(5) },
          reactions: { "+1": invent.below(9), "-1": 0, total_count: invent.below(9) },
          closed_at: invent.chance(50) ? null : `${invent.time(3)}Z`,
        },
      };
    default:
      return { action: "started" };
  }
}

const events = (seed: number, first: number) =>
  records(seed, 14, (invent, index): JsonObject => {
    const type = invent.one(["PushEvent", "IssuesEvent", "WatchEvent"]);
    return {
      id: String(38_000_000_000 + first + index),
      type,
      actor: { id: invent.below(1e6), login: invent.hex(6), gravatar_id: "" },
      repo: { id: invent.below(1e6), name: `${invent.hex(3)}/${invent.hex(4)}` },
      payload: payload(invent, type),
      public: true,
      created_at: `2024-03-0${1 + (first + index) % 9}T10:00:${String(10 + index)}Z`,
      ...invent.chance(30) ? { org: { id: 5, login: "acme" } } : {},
    };
  });

export default {
  shows: "a stream of events whose payloads differ by kind",
  hints: { primary_key: "id", incremental: { cursor_path: "created_at" } },
  runs: [[events(1, 0), events(2, 14)], [events(3, 20)]],
} satisfies CaseFile;
