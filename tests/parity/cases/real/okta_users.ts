import type { CaseFile } from "../../case.ts";
import { oktaPage } from "./_okta.ts";

export default {
  shows: "users of an Okta organisation, with odd values, merged",
  hints: { primary_key: "id", write_disposition: "merge", incremental: { cursor_path: "lastUpdated" } },
  runs: [[oktaPage("users", 0, 4)], [oktaPage("users", 2, 6)]],
} satisfies CaseFile;
