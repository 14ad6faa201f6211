import type { CaseFile } from "../../case.ts";
import { oktaPage } from "./_okta.ts";

export default {
  shows: "the log of an Okta organisation, read on from its cursor",
  hints: { primary_key: "uuid", incremental: { cursor_path: "published" } },
  runs: [[oktaPage("system_log", 0, 6)], [oktaPage("system_log", 4, 9)]],
} satisfies CaseFile;
