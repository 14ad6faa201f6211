/**
 * What the walk of a resource has met: how much, what was left out and why, and what a person should know of it.
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
  readonly #ended: Record<EndedBy, number> = { ignore: 0, skip: 0, "no-value": 0 };

  /** Notes how the pages of one request ended. */
  end(endedBy: EndedBy | undefined): void {
    if (endedBy !== undefined) this.#ended[endedBy]++;
  }

  /** Something could not be read and keeps its rows. */
  get hasSkipped(): boolean {
    return this.#ended.skip > 0;
  }

  /** An answer or a missing value ended pages early. */
  get hasEndedEarly(): boolean {
    return Object.values(this.#ended).some((count) => count > 0);
  }

  /** What a person should know. */
  notices(parents: string | undefined): Notice[] {
    const { ignore, skip, "no-value": noValue } = this.#ended;
    const notices: Notice[] = [];
    if (ignore && parents) {
      notices.push({
        code: "parents-vanished",
        message: `${ignore} ${parents} vanished while they were read and were skipped`,
      });
    }
    if (noValue) {
      const what = parents ? `${noValue} ${parents} have` : "the endpoint has";
      notices.push({ code: "no-value", message: `${what} no value for the path and were not asked for` });
    }
    if (skip) {
      const what = parents ? `${skip} ${parents}` : "the endpoint";
      notices.push({
        code: "not-readable",
        message: `${what} could not be read with these rights and kept their rows`,
      });
    }
    return notices;
  }
}
