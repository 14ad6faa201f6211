/**
 * An organisation, a scratch folder and a pipeline between them.
 * @module
 */
import { type OktaSimulator, type OktaSimulatorOptions, startOktaSimulator } from "../simulator/okta/mod.ts";
import okta from "../sources/okta.ts";
import {
  type LoadInfo,
  type Pipeline,
  pipeline,
  type PipelineOptions,
  type RunEvent,
  type RunOptions,
} from "../mod.ts";

/** Everything a test of the whole needs; disposing it stops the server and removes the folder. */
export interface Scene extends AsyncDisposable {
  readonly sim: OktaSimulator;
  readonly folder: string;
  /** All events of all runs. */
  readonly events: RunEvent[];
  pipeline(): Pipeline;
  run(options?: RunOptions, parameters?: Parameters<typeof okta>[0]): Promise<LoadInfo>;
  /** First column of the first row. */
  value(sql: string): Promise<unknown>;
}

/** Starts a simulator and sets up a pipeline in a folder of its own. */
export async function scene(
  options: PipelineOptions = {},
  organisation: OktaSimulatorOptions = {},
): Promise<Scene> {
  const sim = await startOktaSimulator({ users: 60, seed: 3, events: 300, ...organisation });
  const folder = await Deno.makeTempDir({ prefix: "sluice_test_" });
  const events: RunEvent[] = [];
  const open = () =>
    pipeline({
      pipelineName: "okta_management_pipeline",
      datasetName: "okta_management_data",
      projectDirectory: folder,
      emit: (event) => events.push(event),
      ...options,
    });
  return {
    sim,
    folder,
    events,
    pipeline: open,
    run: (run, parameters) =>
      open().run(okta({ base_url: sim.url, api_token: sim.token, ...parameters }), run),
    value: async (sql) => (await open().query(sql)).rows[0]?.[0],
    async [Symbol.asyncDispose]() {
      await sim.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
