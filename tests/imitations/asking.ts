/**
 * Asking an imitation by hand, as its own tests do. Holds no tests itself.
 * @module
 */
/** An instant after all invented records, at which tests let the calendar stand still. */
export const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);

/** An answer whose body has been read. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- tests look at whatever came back
  readonly body: any;
}

/** Sends one request as it stands. */
export async function ask(
  url: string,
  headers: Record<string, string> = {},
  { method, body }: { method?: string; body?: string } = {},
): Promise<Got> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers,
    body,
  });
  const text = await response.text();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** Posts a JSON body. */
export function post(url: string, headers: Record<string, string>, json: unknown): Promise<Got> {
  const type = { "content-type": "application/json" };
  return ask(url, { ...type, ...headers }, { body: JSON.stringify(json) });
}

/** Basic authentication. */
export function basic(user: string, password: string): string {
  return `Basic ${btoa(`${user}:${password}`)}`;
}

/** The URL of a relation in a Link header. */
export function linkOf({ headers }: Got, rel: string): string | undefined {
  return new RegExp(`<([^>]*)>; rel="${rel}"`).exec(headers.get("link") ?? "")?.[1];
}
