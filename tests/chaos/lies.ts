/**
 * What is lied in a trial: a pure function of its seed. The first seeds throw every kind alone at every source,
 * once and for ever; all others mix. Holds no tests.
 * @module
 */
import {
  type Fault,
  FAULT_NAMES,
  type FaultAction,
  type FaultName,
  FAULTS,
  samplesOf,
} from "../../simulator/okta/mod.ts";
import { sequence } from "../../simulator/okta/random.ts";
import { type LiedRoute, type Scenario, SCENARIOS } from "./scenarios.ts";

/** A trial before it is made. */
export interface Lies {
  readonly seed: number;
  readonly scenario: Scenario;
  /** How many states of the data were loaded before the lies begin. */
  readonly before: number;
  /** Faults of each run that is lied to, one run after the other on what the one before left. */
  readonly runs: readonly (readonly Fault[])[];
  /** Whether the data goes on to change afterwards, which shows what the cursors have become. */
  readonly goesOn: boolean;
}

/** A list of choices made from a seed. */
interface Draw {
  below(count: number): number;
  pick<T>(list: readonly T[]): T;
}

function draws(seed: number): Draw {
  const next = sequence(seed);
  // The first numbers of neighbouring sequences are alike.
  next();
  const below = (count: number) => Math.floor(next() * count);
  return { below, pick: (list) => list[below(list.length)]! };
}

/** What only a time limit ends; the wait is just longer than that. */
const HANGS: readonly FaultName[] = ["hang", "hang-mid-body"];
const HANG_MS = 400;
const REORDERING: readonly FaultName[] = ["shuffled-page", "repeated-record"];
/** Refusals that a source may be told to live with; what a redirect leads to is a 404, too. */
const FORGIVEN: readonly FaultName[] = ["forbidden", "edge-404", "redirect"];

/** Whether a kind may hit a list without the tables being allowed to be wrong. */
function isFair(name: FaultName, route: LiedRoute, { isHasty, isOrderly }: Scenario): boolean {
  const { deceives = "nobody" } = FAULTS[name];
  if (deceives === "everybody" || (deceives === "appending" && route.appends)) return false;
  if (name === "empty-page" && route.isFeed) return false;
  if (isOrderly && REORDERING.includes(name)) return false;
  if (FORGIVEN.includes(name) && route.forgives) return false;
  return isHasty || !HANGS.includes(name);
}

function isFairAction(action: FaultAction, route: LiedRoute, { isHasty }: Scenario): boolean {
  if (action.kind === "html" && action.status === 403 && route.forgives) return false;
  return isHasty || !(action.kind === "wrong-length" && action.by > 0);
}

function actionOf(draw: Draw, name: FaultName, route: LiedRoute, scenario: Scenario): FaultAction {
  const action = draw.pick(samplesOf(name).filter((each) => isFairAction(each, route, scenario)));
  return action.kind === "hang" || action.kind === "hang-mid-body" ? { ...action, ms: HANG_MS } : action;
}

/** Kinds that a trial may draw, those twice that cost no time. */
const DRAWN: readonly FaultName[] = FAULT_NAMES.flatMap((name) =>
  HANGS.includes(name) ? [name] : [name, name, name]
);
/** Kinds that can be told from the truth, each to be thrown alone. */
export const TELLABLE = FAULT_NAMES.filter((name) => FAULTS[name].deceives !== "everybody");

/** How many seeds throw one kind alone. */
export const ALONE = TELLABLE.length * SCENARIOS.length * 2;

/** The lies of a seed, from 1 on. */
export function liesOf(seed: number): Lies {
  const draw = draws(seed);
  return seed <= ALONE ? alone(seed, draw) : mixed(seed, draw);
}

function alone(seed: number, draw: Draw): Lies {
  const turn = seed - 1;
  const name = TELLABLE[turn % TELLABLE.length]!;
  // So that kinds meet all sources one after the other, and the first seeds see each of them.
  const round = Math.floor(turn / TELLABLE.length);
  const scenario = SCENARIOS[(round + turn) % SCENARIOS.length]!;
  const isForEver = Math.floor(round / SCENARIOS.length) % 2 !== round % 2;
  const fair = scenario.routes.filter((route) => isFair(name, route, scenario));
  if (!fair.length) return { seed, scenario, before: draw.below(2), runs: [[]], goesOn: false };
  const route = draw.pick(fair);
  const action = actionOf(draw, name, route, scenario);
  const fault: Fault = { route: route.name, nth: 1 + draw.below(3), count: isForEver ? 0 : 2, action };
  return { seed, scenario, before: draw.below(2), runs: [[fault]], goesOn: false };
}

function mixed(seed: number, draw: Draw): Lies {
  // Quick ones more often.
  const scenario = SCENARIOS[draw.pick([0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 3])]!;
  const runs = Array.from(
    { length: draw.pick([1, 1, 1, 2, 3]) },
    () =>
      Array.from({ length: draw.pick([1, 2, 2, 3, 5]) }, () => {
        for (;;) {
          const route = draw.pick(scenario.routes);
          const name = draw.pick(DRAWN);
          if (!isFair(name, route, scenario)) continue;
          const action = actionOf(draw, name, route, scenario);
          return { route: route.name, ...whichOf(draw), action };
        }
      }),
  );
  return { seed, scenario, before: draw.below(2), runs, goesOn: draw.below(4) === 0 };
}

function whichOf(draw: Draw): Pick<Fault, "nth" | "count" | "probability"> {
  if (draw.below(4) === 0) return { probability: draw.pick([0.2, 0.5, 0.8]) };
  return { nth: 1 + draw.below(5), count: draw.pick([1, 1, 2, 3, 8, 0]) };
}
