/** Serves a scenario's data and prints the address. Its argument is what {@link startServer} says. @module */
import { SCENARIOS } from "./scenarios/mod.ts";
import { serve } from "./server.ts";

const [name, records] = Deno.args;
const scenario = SCENARIOS.find((each) => each.name === name)!;
if ("commands" in scenario) throw new Error(`${name} has no data`);
const { url } = serve(await scenario.dataset(Number(records)), scenario.server);
console.log(url);
