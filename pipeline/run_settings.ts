/**
 * What a run does with what is there already. An explicit option goes before the configuration, where the
 * keys and their places are dlt's.
 * @module
 */
import { type Configuration, pipelineSections } from "./config.ts";
import type { JsonObject } from "./json.ts";
import type { ParameterSpecs } from "./parameters.ts";
import { forgetSource, REFRESH_MODES, type RefreshMode } from "./refresh.ts";
import { readState, type StateHeader } from "./state.ts";

const SETTINGS = {
  refresh: {
    type: "text",
    oneOf: REFRESH_MODES,
    help: "What goes before new rows come: drop_sources, drop_resources or drop_data.",
  },
  dev_mode: { type: "boolean", help: "Each run loads into a dataset of its own." },
  restore_from_destination: {
    type: "boolean",
    help: "Runs go on from the state in the destination. Default true.",
  },
  resume_max_age: {
    type: "integer",
    help: "Seconds after which a run that was cut short is not gone on with.",
    default: 86_400,
  },
} as const satisfies ParameterSpecs;

/** The settings of one run. */
export interface RunSettings {
  readonly refresh?: RefreshMode;
  readonly devMode: boolean;
  /** The state in the destination counts. */
  readonly isRestored: boolean;
  /** Seconds after which an extraction that was cut short is started over. */
  readonly resumeMaxAge: number;
}

/** Finds the settings. @throws {ConfigError} for one that is no such thing */
export function runSettings(
  configuration: Configuration,
  { pipelineName, refresh, devMode }: { pipelineName: string; refresh?: RefreshMode; devMode?: boolean },
): RunSettings {
  const { values } = configuration.resolve(SETTINGS, {
    owner: `pipeline ${pipelineName}`,
    sections: pipelineSections(pipelineName),
    given: { refresh, dev_mode: devMode },
  });
  return {
    refresh: values.refresh as RefreshMode | undefined,
    devMode: values.dev_mode ?? false,
    isRestored: values.restore_from_destination ?? true,
    resumeMaxAge: values.resume_max_age,
  };
}

/** The state that a run starts from; its resources forget theirs by themselves where they start over. */
export function startingState(
  stored: string | undefined,
  header: StateHeader,
  { refresh, isRestored, fullRefresh = false }: RunSettings & { readonly fullRefresh?: boolean },
): JsonObject {
  const state = readState(stored, header, fullRefresh || refresh === "drop_sources" || !isRestored);
  // Versions rise all the same, so that whoever knows an older one takes the newer.
  if (!isRestored) return { ...readState(undefined, header), _state_version: state._state_version };
  forgetSource(refresh, state, header.schemaName);
  return state;
}
