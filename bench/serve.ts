/** Serves the simulator and prints its address. @module */
import { startOktaSimulator } from "../simulator/okta/mod.ts";

const simulator = await startOktaSimulator({ users: Number(Deno.args[0]), seed: 1 });
console.log(JSON.stringify({ url: simulator.url, token: simulator.token }));
