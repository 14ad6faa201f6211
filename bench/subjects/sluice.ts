/** A run of Sluice as a library. @module */
import { Configuration, pipeline, type RestApiConfig, restApiSource } from "../../mod.ts";
import { liveByScaledClock } from "../scaled_clock.ts";
import { Stopwatch } from "../stopwatch.ts";
import { PIPELINE, readTask } from "../task.ts";

const { config, database, folder, timeScale } = readTask();
const configuration = await Configuration.load({ projectDirectory: folder, env: {} });
if (timeScale) liveByScaledClock(timeScale);
const stopwatch = new Stopwatch();
stopwatch.start();
await pipeline({
  pipelineName: PIPELINE,
  projectDirectory: folder,
  destinationParameters: { credentials: `sqlite:///${database}` },
  configuration,
}).run(restApiSource(config as unknown as RestApiConfig, { name: PIPELINE }));
stopwatch.report();
