import type { CaseFile } from "../../case.ts";

export default {
  shows: "translations by locale and key, with placeholders and plural forms",
  hints: { primary_key: "key", write_disposition: "merge" },
  runs: [
    [[
      {
        key: "cart.items",
        "en-GB": { one: "{{count}} item", other: "{{count}} items" },
        "zh-Hans-CN": "{{count}} 件",
        "pt_BR": null,
      },
      { key: "hello", "en-GB": "Hello, %s!", "zh-Hans-CN": "你好", "ar": "مرحبا", "de@informal": "Hi" },
    ]],
    [[
      { key: "hello", "en-GB": { one: "Hello" }, "zh-Hans-CN": ["你", "好"], "x-klingon": "nuqneH" },
      { key: "bye", "en_gb": "Bye", "EN-GB": "BYE" },
    ]],
  ],
} satisfies CaseFile;
