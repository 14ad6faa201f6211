/**
 * What the simulated Okta organisation lists, as pages of bytes.
 * @module
 */
import { type OktaSimulatorOptions, startOktaSimulator } from "../../simulator/okta/mod.ts";

/** All records of a list, in pages of `pageRecords`. */
export async function oktaPages(
  resource: "users" | "system_log",
  organisation: OktaSimulatorOptions,
  pageRecords: number,
): Promise<Uint8Array<ArrayBuffer>[]> {
  await using simulator = await startOktaSimulator({ seed: 1, ...organisation });
  const encoder = new TextEncoder();
  const pages: Uint8Array<ArrayBuffer>[] = [];
  let page: string[] = [];
  const close = () => {
    pages.push(encoder.encode(`[${page.join(",")}]`));
    page = [];
  };
  for (const text of simulator.truthLines(resource)) {
    page.push(text);
    if (page.length === pageRecords) close();
  }
  if (page.length || !pages.length) close();
  return pages;
}
