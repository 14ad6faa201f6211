/**
 * Which requests share a rate-limit bucket.
 * @module
 */
import type { RateLimitBucket, RequestSpec } from "./types.ts";

/** Where a request goes, for finding its bucket. */
export type RequestTarget = Pick<RequestSpec, "method" | "url">;

/** Tells whether requests belong to a bucket: `*` is one segment, a trailing `/**` any rest, also none. */
export function bucketMatcher({ path, method }: RateLimitBucket): (request: RequestTarget) => boolean {
  const isPrefix = path.endsWith("/**");
  const wanted = segments(isPrefix ? path.slice(0, -3) : path);
  return (request) => {
    if (method && method.toUpperCase() !== request.method.toUpperCase()) return false;
    const found = segments(URL.parse(request.url)?.pathname ?? "");
    if (isPrefix ? found.length < wanted.length : found.length !== wanted.length) return false;
    return wanted.every((segment, index) => segment === "*" || segment === found[index]);
  };
}

function segments(path: string): string[] {
  return path.split("/").filter(Boolean);
}
