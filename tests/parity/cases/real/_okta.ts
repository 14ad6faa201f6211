/**
 * Records of a simulated Okta organisation whose clock stands still.
 * @module
 */
import { Organisation } from "../../../../simulator/okta/organisation.ts";
import { truthLines } from "../../../../simulator/okta/truth.ts";

const organisation = new Organisation({
  seed: 11,
  users: 30,
  groups: 8,
  apps: 8,
  events: 60,
  data: "hostile",
  now: { at: Date.UTC(2026, 2, 1), frozen: true },
});

// Integers beyond 64 bits, also as floating-point numbers, and halves of characters, which stop dlt.
const STOPS_DLT_REGEXP = /\d{19}|\d[eE]\+?\d\d|\\u[dD][89a-fA-F]/;
const LONGEST = 4000;

/** Some records of a resource, as the text of a page. */
export function oktaPage(resource: string, from: number, to: number): string {
  const lines = [...truthLines(organisation, resource, "https://acme.okta.example")]
    .filter((line) => line.length < LONGEST && !STOPS_DLT_REGEXP.test(line));
  return `[${lines.slice(from, to).join(",")}]`;
}
