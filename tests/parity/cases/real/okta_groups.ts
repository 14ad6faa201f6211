import type { CaseFile } from "../../case.ts";
import { oktaPage } from "./_okta.ts";

export default {
  shows: "groups of an Okta organisation and their members",
  resources: {
    groups: { primary_key: "id", write_disposition: "merge" },
    group_users: { primary_key: ["groupId", "id"], write_disposition: "merge" },
  },
  runs: [
    { pages: { groups: [oktaPage("groups", 0, 4)], group_users: [oktaPage("group_users", 0, 4)] } },
    { pages: { groups: [oktaPage("groups", 3, 5)], group_users: [oktaPage("group_users", 3, 6)] } },
  ],
} satisfies CaseFile;
