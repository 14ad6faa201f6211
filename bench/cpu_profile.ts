/**
 * CPU profiles as V8 writes them, summed up by function.
 * @module
 */

/** A function and the time it spent itself, without those it called. */
export interface SelfTime {
  readonly name: string;
  /** File and line, where it has any. */
  readonly place: string;
  readonly milliseconds: number;
}

/** What is read of a `.cpuprofile`. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** All functions of all threads, the longest first; `root` is the address of the clone. */
export function selfTimes(profiles: readonly CpuProfile[], root: string): SelfTime[] {
  const sums = new Map<string, SelfTime>();
  for (const { nodes, samples, timeDeltas } of profiles) {
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    for (const [index, id] of samples.entries()) {
      const { functionName, url, lineNumber } = frames.get(id)!;
      const name = functionName || "(anonymous)";
      const place = url ? `${shortened(url, root)}:${lineNumber + 1}` : "";
      const key = `${name} ${place}`;
      // A delta is the time since the sample before, which is what that one's function took.
      const milliseconds = (timeDeltas[index + 1] ?? 0) / 1000 + (sums.get(key)?.milliseconds ?? 0);
      sums.set(key, { name, place, milliseconds });
    }
  }
  return [...sums.values()].sort((left, right) => right.milliseconds - left.milliseconds);
}

/** Files of the clone by their paths in it, those of packages by the package. */
function shortened(url: string, root: string): string {
  return url.replace(root, "").replace(/^.*\/npm\/[^/]+\//, "npm:");
}
