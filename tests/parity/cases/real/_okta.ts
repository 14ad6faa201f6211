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

/** Some records of a resource, as the text of a page. */
export function oktaPage(resource: string, from: number, to: number): string {
  const lines = [...truthLines(organisation, resource, "https://acme.okta.example")];
  return `[${lines.slice(from, to).join(",")}]`;
}
