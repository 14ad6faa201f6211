import type { CaseFile } from "../../case.ts";
import { oktaPage } from "./_okta.ts";

export default {
  shows: "the log of an Okta organisation, read on from its cursor",
  hints: { primary_key: "uuid", incremental: { cursor_path: "published" } },
  runs: [[oktaPage("system_log", 0, 10)], [oktaPage("system_log", 8, 18)]],
} satisfies CaseFile;
