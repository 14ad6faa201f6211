/**
 * Reads `Link` headers (RFC 8288), as servers really send them: several lines joined by commas, commas and
 * quotes inside URLs, unquoted or several relations. One pass over the text; malformed parts are left out.
 * @module
 */

/** One link of a `Link` header. */
export interface Link {
  /** What stands between the angle brackets, unchanged. */
  readonly target: string;
  /** Relation types, in lower case. */
  readonly rels: readonly string[];
}

const SPACE_REGEXP = /[ \t\r\n]/;

/** Parses the value of a `Link` header, whether it held one line or several. */
export function parseLinkHeader(text: string): Link[] {
  const links: Link[] = [];
  let at = 0;
  while ((at = text.indexOf("<", at)) >= 0) {
    const end = text.indexOf(">", at);
    if (end < 0) break;
    const params = readParams(text, end + 1);
    const rels = (params.rel ?? "").toLowerCase().split(/[ \t\r\n]+/).filter(Boolean);
    links.push({ target: text.slice(at + 1, end), rels });
    at = params.end;
  }
  return links;
}

/** The target of the first link with this relation, or undefined. */
export function linkTarget(headers: Headers, rel: string): string | undefined {
  const text = headers.get("link");
  const wanted = rel.toLowerCase();
  return text === null ? undefined : parseLinkHeader(text).find((link) => link.rels.includes(wanted))?.target;
}

/** Whether a header speaks of a link with this relation, but in a syntax from which none can be read. */
export function isLinkBroken(headers: Headers, rel: string): boolean {
  const text = headers.get("link");
  if (text === null || linkTarget(headers, rel) !== undefined) return false;
  const said = text.matchAll(/;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/gi);
  const wanted = rel.toLowerCase();
  return said.some(([, quoted, bare]) => (quoted ?? bare ?? "").toLowerCase().split(/\s+/).includes(wanted));
}

/** Reads `; name=value` parts up to the comma that ends the link. The first `rel` counts. */
function readParams(text: string, start: number): { rel?: string; end: number } {
  let rel: string | undefined;
  let at = start;
  while (at < text.length && text[at] !== ",") {
    if (text[at] !== ";") {
      at++;
      continue;
    }
    const name = readToken(text, at + 1, "=;,");
    at = name.end;
    if (text[at] !== "=") continue;
    const value = readValue(text, at + 1);
    at = value.end;
    if (name.value.toLowerCase() === "rel") rel ??= value.value;
  }
  return { rel, end: at };
}

function readToken(text: string, start: number, stops: string): { value: string; end: number } {
  let end = start;
  while (end < text.length && !stops.includes(text[end]!)) end++;
  return { value: text.slice(start, end).trim(), end };
}

function readValue(text: string, start: number): { value: string; end: number } {
  let at = start;
  while (at < text.length && SPACE_REGEXP.test(text[at]!)) at++;
  if (text[at] !== '"') return readToken(text, at, ";,");
  let value = "";
  for (at++; at < text.length && text[at] !== '"'; at++) {
    if (text[at] === "\\") at++;
    value += text[at] ?? "";
  }
  return { value, end: at + 1 };
}
