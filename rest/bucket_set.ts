/**
 * The buckets of a client: one for each rule, one for the rest, and one for each other origin, since another
 * server keeps another account.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import { Bucket } from "./bucket.ts";
import { bucketMatcher, type RequestTarget } from "./bucket_rule.ts";
import { PaceKeeper } from "./pace.ts";
import type { RateLimitConfig } from "./types.ts";

const DEFAULT_NAME = "default";

/** Finds the bucket of a request. */
export class BucketSet {
  /** The pace of all requests together. */
  readonly pace: PaceKeeper;
  readonly #config: RateLimitConfig;
  readonly #origin: string | undefined;
  readonly #maxShare: number;
  readonly #rules: { matches: (request: RequestTarget) => boolean; bucket: Bucket }[];
  readonly #default: Bucket;
  readonly #foreign = new Map<string, Bucket>();

  /**
   * @param origin the client's own; without one, there is no other
   * @throws {ConfigError} "invalid-options" when a number is out of range
   */
  constructor(config: RateLimitConfig, origin: string | undefined) {
    this.#config = config;
    this.#origin = origin;
    this.#maxShare = maxShare(config);
    this.pace = new PaceKeeper([config], this.#maxShare);
    const names = new Set([DEFAULT_NAME, ...(config.buckets ?? []).map(({ name }) => name)]);
    const byName = new Map(
      [...names].map((
        name,
      ) => [name, this.#make(name, config.buckets?.filter((rule) => rule.name === name))]),
    );
    this.#default = byName.get(DEFAULT_NAME)!;
    this.#rules = (config.buckets ?? []).map((rule) => ({
      matches: bucketMatcher(rule),
      bucket: byName.get(rule.name)!,
    }));
  }

  /** The bucket that a request belongs to. */
  of(request: RequestTarget): Bucket {
    const url = this.#origin === undefined ? null : URL.parse(request.url);
    if (!url || url.origin === this.#origin) {
      return this.#rules.find((rule) => rule.matches(request))?.bucket ?? this.#default;
    }
    const bucket = this.#foreign.get(url.origin) ?? this.#make(url.host);
    this.#foreign.set(url.origin, bucket);
    return bucket;
  }

  #make(name: string, rules: RateLimitConfig["buckets"] = []): Bucket {
    return new Bucket(name, {
      maxShare: this.#maxShare,
      expectsHeaders: this.#config.remaining_header !== undefined,
      pace: new PaceKeeper(rules, this.#maxShare),
    });
  }
}

function maxShare({ max_share: share }: RateLimitConfig): number {
  if (share === undefined || share === null) return 1;
  if (typeof share === "number" && share > 0 && share <= 1) return share;
  throw new ConfigError('Cannot use rate_limit: "max_share" is no number above 0 and up to 1', {
    code: "invalid-options",
    next: "set max_share to the share of each limit that may be used, e.g. 0.5",
  });
}
