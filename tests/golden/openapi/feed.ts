/**
 * Loads "Feed", version 1.
 *
 * Written from "feed.yaml" and yours to edit: it is never written again. Guesses are comments.
 * @module
 */
import { defineSource } from "@sluice/sluice";

export default defineSource("feed", {
  base_url: { type: "text", default: "https://feed.example", help: "Where the API lives." },
}, ({ base_url }) => ({
  client: {
    base_url,
    // The document describes no way to sign in; where there is one, add auth here
  },
  resource_defaults: { primary_key: "post_id", write_disposition: "merge" },
  resources: [
    // GET /posts/all: All posts
    {
      name: "posts",
      endpoint: {
        path: "posts/all",
        data_selector: "posts",
        paginator: { type: "header_cursor", cursor_key: "X-Next-Token", cursor_param: "next_token" },
      },
    },
    // GET /posts/{post_id}/replies
    {
      name: "replies",
      primary_key: ["_posts_post_id", "id"],
      include_from_parent: ["post_id"],
      endpoint: {
        path: "posts/{resources.posts.post_id}/replies",
        data_selector: "records",
        paginator: { type: "cursor", cursor_path: "offset", cursor_param: "offset" },
      },
    },
    // GET /tags
    {
      name: "tags",
      primary_key: "key",
      endpoint: {
        path: "tags",
        data_selector: "tags",
        paginator: {
          type: "offset",
          limit: 100,
          offset_param: "skip",
          limit_param: "take",
          total_path: "total",
        },
      },
    },
  ],
}));
