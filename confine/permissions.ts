/**
 * What a confined source may do: talk to its own origins, read the code it is made of, and what `--allow` adds.
 * @module
 */
import { ConfigError } from "../pipeline/errors.ts";
import { nearest } from "../pipeline/nearest.ts";
import type { ResolvedSource } from "../extract/definition/validate.ts";

/** What `--allow` can widen. */
export const ALLOWABLE = ["net", "read", "env", "import", "write", "run", "sys"] as const;

/** Names by what they are allowed for. */
export type Allowed = Partial<Readonly<Record<(typeof ALLOWABLE)[number], readonly string[]>>>;

/** Reads `net=api.example,read=./data,env=NAME`; a name without a kind is of the kind before it. */
export function parseAllowed(text: string, before: Allowed = {}): Allowed {
  const allowed: Record<string, readonly string[]> = { ...before };
  let kind: string | undefined;
  for (const part of text.split(",")) {
    const at = part.indexOf("=");
    if (at > 0) kind = part.slice(0, at).trim();
    const name = part.slice(at + 1).trim();
    if (kind === undefined || !name) throw wrong(`"${part}" is not kind=name`);
    if (!(ALLOWABLE as readonly string[]).includes(kind)) {
      throw wrong(
        `there is no "${kind}"`,
        `did you mean "${nearest(kind, ALLOWABLE)}"? The kinds are ${ALLOWABLE.join(", ")}`,
      );
    }
    allowed[kind] = [...allowed[kind] ?? [], name];
  }
  return allowed;
}

function wrong(state: string, next = "write e.g. --allow net=api.example.com,env=API_REGION"): ConfigError {
  return new ConfigError(`Cannot use --allow: ${state}`, { code: "usage", next });
}

/** Permissions of a worker that runs a source. */
export function permissionsFor(
  { reads, origins, allowed }: { reads: readonly string[]; origins: readonly string[]; allowed: Allowed },
): Deno.PermissionOptionsObject {
  const some = (names: readonly string[] = []) => names.length ? [...names] : false;
  return {
    net: some([...origins.map(hostOf), ...allowed.net ?? []]),
    read: some([...reads, ...allowed.read ?? []]),
    env: some(allowed.env),
    import: some(allowed.import),
    write: some(allowed.write),
    run: some(allowed.run),
    sys: some(allowed.sys) as Deno.PermissionOptionsObject["sys"],
    ffi: false,
  };
}

/** Host and port, as a permission names them. */
function hostOf(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

/** Refuses what is no origin. @throws {ConfigError} "invalid-source" */
export function checkOrigins(origins: readonly unknown[], path: string): void {
  const wrong = origins.find((each) =>
    typeof each !== "string" || !/^https?:/.test(URL.parse(each)?.origin ?? "")
  );
  if (wrong === undefined) return;
  throw new ConfigError(`Cannot load "${path}": ${JSON.stringify(wrong)} in its origins is no origin`, {
    code: "invalid-source",
    at: { file: path },
    next: 'write it with its scheme, e.g. "https://files.example"',
  });
}

/** Every origin that a source says it talks to: its base URL, endpoints elsewhere, and where tokens come from. */
export function declaredOrigins(
  { client, resources }: ResolvedSource,
  more: readonly string[] = [],
): string[] {
  const addresses = [
    client?.base_url,
    ...addressesIn(client?.auth),
    ...resources.flatMap(({ endpoint }) => endpoint ? [endpoint.origin, ...addressesIn(endpoint.auth)] : []),
    ...more,
  ];
  const origins = addresses.map((address) => address === undefined ? undefined : URL.parse(address)?.origin);
  return [...new Set(origins.filter((origin) => origin !== undefined && origin !== "null"))] as string[];
}

/** Addresses among the fields of an authentication: the token endpoint, whatever a kind calls it. */
function addressesIn(auth: unknown): string[] {
  if (typeof auth !== "object" || auth === null) return [];
  return Object.values(auth).filter((value): value is string =>
    typeof value === "string" && /^https?:\/\//i.test(value)
  );
}
