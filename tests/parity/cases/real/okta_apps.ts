import type { CaseFile } from "../../case.ts";
import { oktaPage } from "./_okta.ts";

export default {
  shows: "applications of an Okta organisation and who they are assigned to",
  resources: { apps: { primary_key: "id", write_disposition: "replace" }, groups_assigned_apps: {} },
  runs: [
    {
      pages: {
        apps: [oktaPage("apps", 0, 2)],
        groups_assigned_apps: [oktaPage("groups_assigned_apps", 0, 1)],
      },
    },
    {
      pages: {
        apps: [oktaPage("apps", 1, 3)],
        groups_assigned_apps: [oktaPage("groups_assigned_apps", 1, 2)],
      },
    },
  ],
} satisfies CaseFile;
