/**
 * Cases of runs that are killed, and playing them two at a time.
 * @module
 */
import type { Death, Outcome, Phase, Stage } from "./stage.ts";

/** One case: where, and when to kill. */
export interface Case {
  readonly destination: string;
  readonly phase: Phase;
  readonly deaths: readonly Death[];
  /** What is printed of it. */
  readonly name: string;
  /** Arguments of `deno task crash` that play it again. */
  readonly replay: string;
}

/** What cases came to. */
export interface Tally {
  cases: number;
  kills: number;
  /** Kills by what the process was about to do. */
  readonly points: Record<string, number>;
  readonly failed: string[];
}

export const DESTINATIONS = ["sqlite", "filesystem"] as const;
export const PHASES: readonly Phase[] = ["first", "second"];
const MOST_DEATHS = 4;

/** A case for every point that a run passes for which `take` holds. */
export function pointCases(stage: Stage, take: (point: string, at: number) => boolean): Case[] {
  const { destination } = stage;
  return PHASES.flatMap((phase) =>
    stage.points(phase).flatMap((point, index) => {
      const at = index + 1;
      if (!take(point, at)) return [];
      const one = (half: boolean): Case => ({
        destination,
        phase,
        deaths: [{ at, half }],
        name: `${half ? "in the middle of" : "before"} ${point}`,
        replay: `--destination ${destination} --phase ${phase} --point ${at}${half ? " --half" : ""}`,
      });
      return point.startsWith("append") ? [one(false), one(true)] : [one(false)];
    })
  );
}

/** A case of a seed: a run, and those that go on with it, are killed at random instants. */
export function randomCase(stage: Stage, seed: number): Case {
  const { destination } = stage;
  const random = generator(seed);
  const phase = PHASES[Math.floor(random() * PHASES.length)]!;
  const count = 1 + Math.floor(random() * MOST_DEATHS);
  const deaths = Array.from({ length: count }, () => ({ afterMs: random() * stage.durationMs(phase) }));
  const replay = `--destination ${destination} --seed ${seed}`;
  return { destination, phase, deaths, name: `seed ${seed}`, replay };
}

/** Plays cases, two at a time in simulators of their own. */
export async function play(
  stages: readonly Stage[],
  cases: Iterable<Case> | ((tally: Tally, stage: Stage) => Case | undefined),
  report: (line: string) => void = () => {},
): Promise<Tally> {
  const tally: Tally = { cases: 0, kills: 0, points: {}, failed: [] };
  const next = typeof cases === "function" ? cases : drawer(cases);
  await Promise.all(stages.map(async (stage) => {
    for (let each = next(tally, stage); each; each = next(tally, stage)) {
      const outcome: Outcome = await stage.play(each.phase, each.deaths);
      tally.cases++;
      tally.kills += outcome.kills;
      const kind = each.deaths.length === 1 && "at" in each.deaths[0]! ? kindOf(each.name) : "random instant";
      tally.points[kind] = (tally.points[kind] ?? 0) + outcome.kills;
      if (outcome.problems.length) {
        tally.failed.push(
          `${each.name}: ${outcome.problems.join("; ")}\n  again: deno task crash ${each.replay}`,
        );
        report(tally.failed.at(-1)!);
      }
    }
  }));
  return tally;
}

/** Hands each case to a stage of its destination. */
function drawer(cases: Iterable<Case>): (tally: Tally, stage: Stage) => Case | undefined {
  const left = [...cases];
  return (_tally, { destination }) => {
    const index = left.findIndex((each) => each.destination === destination);
    return index < 0 ? undefined : left.splice(index, 1)[0];
  };
}

function kindOf(name: string): string {
  const [, word, rest] = /(?:before|in the middle of) (\w+)(.*)/.exec(name)!;
  if (word === "after") return "between commit and mark";
  if (word === "sql") return "inside the transaction";
  if (word === "sync" || word === "syncDirectory") return "fsync";
  if (name.startsWith("in the middle")) return "half a write";
  return word === "page"
    ? "page boundary"
    : word === "open" || rest === undefined
    ? "write"
    : { append: "write" }[word!] ?? word!;
}

/** Numbers from 0 to 1 that a seed decides. */
export function generator(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
