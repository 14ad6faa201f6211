/**
 * `sluice simulate <api>`: a simulated API on this machine, for trying things out.
 * @module
 */
import { type Command, Option } from "cli";
import { catalogue, type CatalogueEntry, type CatalogueOptions } from "../simulator/imitations/catalogue.ts";
import { COMMAND, helpEnd, integerFrom } from "./help.ts";
import { untilInterrupted } from "./interrupt.ts";
import { note, print } from "./print.ts";

interface OktaFlags {
  readonly port: number;
  readonly users: number;
  readonly seed: number;
  readonly latency: number;
  readonly rateLimits: "none" | "integrator" | "workforce" | "tiny";
  readonly data: "plain" | "hostile";
  readonly publicUrl?: string;
}

/** Adds one subcommand per simulator. */
export function define(command: Command): void {
  command.addHelpText("after", helpEnd(["simulate okta", "simulate okta --help", "simulate github"]));
  command.command("okta")
    .description("Serve a simulated Okta organisation on 127.0.0.1 until Ctrl-C")
    .option("--port <number>", "port to listen on; 0 takes a free one", integerFrom(0), 8080)
    .option("--users <count>", "users of the organisation", integerFrom(1), 1000)
    .option("--seed <number>", "same seed, same organisation", integerFrom(0), 1)
    .option("--latency <ms>", "typical milliseconds to answer", integerFrom(0), 0)
    .addOption(
      new Option("--rate-limits <profile>", "how many requests a minute are answered")
        .choices(["none", "integrator", "workforce", "tiny"]).default("workforce"),
    )
    .addOption(
      new Option("--data <kind>", "tidy records, or every odd value the real API could send")
        .choices(["plain", "hostile"]).default("plain"),
    )
    .option("--public-url <url>", "origin of links, when clients come by another name")
    .addHelpText("after", helpEnd(["simulate okta", "simulate okta --users 50000 --rate-limits integrator"]))
    .action(serveOkta);
  for (const [name, entry] of Object.entries(catalogue)) defineImitation(command, name, entry);
}

function defineImitation(command: Command, name: string, { title, records, start }: CatalogueEntry): void {
  command.command(name)
    .description(`Serve an imitation of the ${title} API on 127.0.0.1 until Ctrl-C`)
    .option("--port <number>", "port to listen on; 0 takes a free one", integerFrom(0), 8080)
    .option("--records <count>", `how many ${records} there are`, integerFrom(1))
    .option("--seed <number>", "same seed, same records", integerFrom(0), 1)
    .addHelpText("after", helpEnd([`simulate ${name}`, `simulate ${name} --records 500 --port 0`]))
    .action((options: CatalogueOptions) => serveImitation(title, start, options));
}

async function serveImitation(
  title: string,
  start: CatalogueEntry["start"],
  options: CatalogueOptions,
): Promise<void> {
  await using imitation = await start(options);
  print(
    `Imitation of the ${title} API at ${imitation.url}\n\nTry it from another terminal:\n\n  ${imitation.tryIt}`,
  );
  const interrupted = untilInterrupted();
  note("Press Ctrl-C to stop");
  await interrupted;
}

async function serveOkta(flags: OktaFlags): Promise<void> {
  const { startOktaSimulator } = await import("../simulator/okta/mod.ts");
  const { port, users, seed, latency, rateLimits, data, publicUrl } = flags;
  await using simulator = await startOktaSimulator({
    port,
    users,
    seed,
    latencyMs: latency,
    rateLimits: { profile: rateLimits },
    data,
    publicUrl,
  });
  print(oktaInstructions(publicUrl ?? simulator.url, simulator.token));
  const interrupted = untilInterrupted();
  note("Press Ctrl-C to stop");
  await interrupted;
}

/** What to do with a running simulator. */
export function oktaInstructions(url: string, token: string): string {
  return `Simulated Okta organisation at ${url}
API token ${token}

Put this into .dlt/secrets.toml:

  [sources.okta_management_source]
  base_url = "${url}"
  api_token = "${token}"

and load it from another terminal:

  ${COMMAND} run okta`;
}
