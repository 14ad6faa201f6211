/**
 * The conformance suite: what the engine relies on, as cases that every destination passes. A destination
 * that lacks an ability says so in its capabilities; the case is then shown as ignored, with the reason.
 * @module
 */
import type { ParameterSpecs } from "../pipeline/parameters.ts";
import { dropCases } from "./destination_cases_drop.ts";
import { loadCases } from "./destination_cases_load.ts";
import { mergeCases } from "./destination_cases_merge.ts";
import { mergeModelCases } from "./destination_cases_merge_model.ts";
import { modelCases } from "./destination_cases_model.ts";
import { nameCases } from "./destination_cases_names.ts";
import { sessionCases } from "./destination_cases_session.ts";
import { strategyCases } from "./destination_cases_strategies.ts";
import { valueCases } from "./destination_cases_values.ts";
import { type Case, type Subject, Workplace } from "./destination_workplace.ts";

const CASES: readonly Case[] = [
  ...loadCases,
  ...mergeCases,
  ...strategyCases,
  ...modelCases,
  ...mergeModelCases,
  ...valueCases,
  ...nameCases,
  ...sessionCases,
  ...dropCases,
];

/**
 * Registers the suite's tests for a destination.
 *
 * @param name shown in front of every test
 * @param subject the destination and its parameters for a temporary directory
 */
export function destinationConformance<P extends ParameterSpecs>(name: string, subject: Subject<P>): void {
  const { capabilities } = subject.destination;
  for (const { name: title, skip, run } of CASES) {
    const reason = skip?.(capabilities);
    Deno.test({
      name: `${name} ${title}${reason ? ` (skipped: ${reason})` : ""}`,
      ignore: reason !== undefined,
      fn: async () => {
        await using place = await Workplace.create(subject);
        await run(place, capabilities);
      },
    });
  }
}
