/**
 * Reads `WWW-Authenticate` headers, where OAuth servers put the reason of a refusal.
 * @module
 */

/** The value of a parameter, quoted or not; the first if it is repeated. */
export function challengeParam(header: string, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [, key, quoted, plain] of header.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s,"]*))/g)) {
    if (key!.toLowerCase() === wanted) return quoted ?? plain;
  }
  return undefined;
}
