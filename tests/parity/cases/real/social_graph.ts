import type { CaseFile } from "../../case.ts";
import { records } from "../../invent.ts";

const posts = (seed: number, first: number) =>
  records(seed, 8, (invent, index) => ({
    id: 1_234_567_890_123_456_789n + BigInt(first + index),
    id_str: String(1_234_567_890_123_456_789n + BigInt(first + index)),
    text: invent.one(["👩‍👩‍👧 hi", "مرحبا بالعالم", "e\u0301clair", "line\u2028break", "tab\there", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢"]),
    lang: invent.one(["en", "ar", "und", null]),
    created_at: "Fri Mar 01 10:00:00 +0000 2024",
    entities: {
      hashtags: invent.some(2, () => ({ text: "日本", indices: [invent.below(9), 9 + invent.below(9)] })),
      user_mentions: [],
      urls: invent.some(1, () => ({ url: "https://t.example/a?b=c&d=%20", indices: [0, 23] })),
    },
    in_reply_to: invent.chance(60)
      ? null
      : { id: 1_234_567_890_123_456_700n, user: { id: invent.below(99) } },
    counts: { like: invent.below(99), "re-post": invent.below(9) },
  }));

export default {
  shows: "posts: ids beyond 2^53, emoji that are joined, texts from right to left",
  hints: { primary_key: "id", write_disposition: "merge" },
  runs: [[posts(24, 0)], [posts(25, 5)]],
} satisfies CaseFile;
