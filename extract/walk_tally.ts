/**
 * What the walk of a resource has met: how much, what was left out and why, and so whether that was all there is.
 * @module
 */
import type { EndedBy } from "./endpoint_reader.ts";

/** A warning. */
export interface Notice {
  readonly code: string;
  readonly message: string;
}

/** Counts of one resource in one run. */
export class WalkTally {
  /** Pages and records that were handed on. */
  pages = 0;
  rows = 0;
  /** Records met, whether or not they are new. */
  listed = 0;
  /** The page limit cut the walk short, here or further up. */
  isLimited = false;
  /** A part was not asked for, because nothing is new in it. */
  isPartial = false;
  /** Some parents were not even shown to this resource. */
  missedParents = false;
  /** Once settled: every parent there is was shown. */
  hasAllParents = false;
  /** Once settled: every record there is was met. */
  isComplete = false;
  #isHidden = false;
  readonly #ended: Record<EndedBy, number> = { ignore: 0, skip: 0, "no-value": 0 };

  /** Notes how the pages of one request ended. */
  end(endedBy: EndedBy | undefined): void {
    if (endedBy !== undefined) this.#ended[endedBy]++;
  }

  /** Something could not be read and keeps its rows. */
  get hasSkipped(): boolean {
    return this.#ended.skip > 0;
  }

  /**
   * Concludes from what was met, once everything was.
   *
   * @param above the parent's tally, settled
   * @param mustHaveSome an empty list tells of missing rights, not of missing rows
   */
  settle({ above, mustHaveSome }: { above?: WalkTally; mustHaveSome: boolean }): void {
    this.isLimited ||= above?.isLimited ?? false;
    this.hasAllParents = !above || (above.isComplete && !this.isLimited && !this.missedParents);
    const isWhole = this.hasAllParents && !this.isLimited && !this.isPartial && !this.hasSkipped;
    this.#isHidden = mustHaveSome && isWhole && !above && !this.listed;
    // What vanished while it was read is no gap below a parent; in a list of everything it may be one.
    const hasGap = !above && (this.#ended.ignore > 0 || this.#ended["no-value"] > 0);
    this.isComplete = isWhole && !this.#isHidden && !hasGap;
  }

  /** What a person should know, once settled. */
  notices({ parents, ifEmpty }: { parents?: string; ifEmpty?: string }): Notice[] {
    const { ignore, skip, "no-value": noValue } = this.#ended;
    const notices: Notice[] = [];
    const say = (code: string, message: string) => notices.push({ code, message });
    if (ignore && parents) {
      say("parents-vanished", `${ignore} ${parents} vanished while they were read and were skipped`);
    }
    if (noValue) {
      const what = parents ? `${noValue} ${parents} have` : "the endpoint has";
      say("no-value", `${what} no value for the path and were not asked for`);
    }
    if (skip) {
      const what = parents ? `${skip} ${parents}` : "the endpoint";
      say("not-readable", `${what} could not be read with these rights and kept their rows`);
    }
    if (this.#isHidden && ifEmpty !== undefined) say("empty", ifEmpty);
    return notices;
  }
}
