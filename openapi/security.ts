/**
 * How to sign in, by the security schemes of a document: the first that can be used without a person, the
 * others as notes.
 * @module
 */
import type { SignIn } from "./description.ts";
import type { OpenApiDocument } from "./document.ts";
import type { Operation, Parameter } from "./operations.ts";
import type { References } from "./references.ts";
import { absoluteUrl } from "./servers.ts";
import { signIn } from "./sign_in.ts";
import { entriesAt, isTree, listAt, own, textAt, type Tree } from "./tree.ts";

interface Scheme {
  readonly name: string;
  /** How to use it; undefined when it cannot be used. */
  readonly use?: (notes: readonly string[]) => SignIn;
  /** For notes: what it is. */
  readonly shown: string;
  /** Works only with a token that a person obtained elsewhere. */
  readonly isSecondChoice?: boolean;
}

/** A parameter that looks like a credential, for documents that describe no security. */
export const CREDENTIAL_REGEXP =
  /^(?:x[-_])?(?:(?:api|access|auth|app|subscription)[-_]?(?:key|token)|token|app[-_]?id)$/i;

/** Finds out how to sign in. */
export function securityOf(
  document: OpenApiDocument,
  references: References,
  operations: readonly Operation[],
  baseUrl: string | undefined,
): SignIn {
  const schemes = schemesOf(document, references, baseUrl);
  const wanted = requirementsOf(document, operations);
  const known = wanted.flatMap((name) => schemes.filter((scheme) => scheme.name === name));
  // Some documents describe schemes and forget to require them.
  const order = [...new Set([...known, ...(wanted.length ? [] : schemes), ...schemes])];
  const chosen = order.find((each) => each.use && !each.isSecondChoice) ?? order.find((each) => each.use);
  const notes = order.filter((each) => each !== chosen).slice(0, 8).map(({ name, shown, use }) =>
    `the document also names ${JSON.stringify(name)}: ${shown}${use ? "" : ", which cannot be used here"}`
  );
  if (chosen) return chosen.use!([...notes, ...togetherNotes(document, operations, chosen.name)]);
  const unknown = "the document describes no way to sign in; where there is one, add auth here";
  return credentialParameter(operations) ?? signIn("none", { notes: schemes.length ? notes : [unknown] });
}

function schemesOf(document: OpenApiDocument, references: References, baseUrl?: string): Scheme[] {
  const holder = document.major === 2 ? document.root : own(document.root, "components");
  return entriesAt(holder, document.major === 2 ? "securityDefinitions" : "securitySchemes", 50)
    .flatMap(([name, written]) => {
      const node = references.follow(written);
      return isTree(node) ? [readScheme(name, node, baseUrl)] : [];
    });
}

function readScheme(name: string, node: Tree, baseUrl?: string): Scheme {
  const obtain = textAt(node, "description");
  const type = textAt(node, "type");
  const scheme = textAt(node, "scheme")?.toLowerCase();
  if (type === "basic" || (type === "http" && scheme === "basic")) {
    return { name, shown: "HTTP Basic", use: (notes) => signIn("http_basic", { obtain, notes }) };
  }
  if (type === "http" && scheme === "bearer") {
    return { name, shown: "a bearer token", use: (notes) => signIn("bearer", { obtain, notes }) };
  }
  if (type === "apiKey") return keyScheme(name, node, obtain);
  if (type === "oauth2") return oauthScheme(name, node, obtain, baseUrl);
  if (type === "openIdConnect") return tokenScheme(name, "OpenID Connect", obtain);
  return { name, shown: scheme ? `HTTP ${scheme}` : type ?? "no type" };
}

function keyScheme(name: string, node: Tree, obtain?: string): Scheme {
  const location = textAt(node, "in");
  const key = textAt(node, "name");
  if (!key || (location !== "header" && location !== "query" && location !== "cookie")) {
    return { name, shown: "an API key without a name or place" };
  }
  const prefix = /^authorization$/i.test(key)
    ? ['the key is sent as it is; where a word goes before it, add e.g. prefix: "Bearer"']
    : [];
  return {
    name,
    shown: `an API key, ${location} ${JSON.stringify(key)}`,
    use: (notes) => signIn("api_key", { name: key, location, obtain, notes: [...prefix, ...notes] }),
  };
}

function oauthScheme(name: string, node: Tree, obtain?: string, baseUrl?: string): Scheme {
  const flow = own(own(node, "flows"), "clientCredentials") ??
    (textAt(node, "flow") === "application" ? node : undefined);
  if (!isTree(flow)) return tokenScheme(name, "OAuth 2 with a person signing in", obtain);
  const tokenUrl = tokenUrlOf(textAt(flow, "tokenUrl"), baseUrl);
  const scopes = entriesAt(flow, "scopes", 20).map(([scope]) => scope);
  const scopeNote = scopes.length
    ? [`scopes are asked for with access_token_request_data: { scope: ${JSON.stringify(scopes.join(" "))} }`]
    : [];
  return {
    name,
    shown: "OAuth 2 client credentials",
    use: (notes) =>
      signIn("oauth2_client_credentials", { tokenUrl, obtain, notes: [...scopeNote, ...notes] }),
  };
}

/** A token obtained elsewhere is sent like any other. */
function tokenScheme(name: string, shown: string, obtain?: string): Scheme {
  return {
    name,
    shown,
    isSecondChoice: true,
    use: (notes) =>
      signIn("bearer", {
        obtain,
        notes: [`${shown}: obtain an access token and put it in as api_token`, ...notes],
      }),
  };
}

function tokenUrlOf(text: string | undefined, baseUrl?: string): string | undefined {
  if (!text) return undefined;
  if (/^https?:\/\//i.test(text)) return absoluteUrl(text);
  if (!baseUrl || !/^[\w\-./~%]+$/.test(text)) return undefined;
  return absoluteUrl(new URL(text, `${baseUrl}/`).href);
}

/** Names of required schemes: the document's, else those that operations name, most frequent first. */
function requirementsOf({ root }: OpenApiDocument, operations: readonly Operation[]): string[] {
  const global = namesIn(listAt(root, "security"));
  if (global.length) return global;
  const counts = new Map<string, number>();
  for (const { security = [] } of operations) {
    for (const name of namesIn(security)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
}

function namesIn(requirements: readonly unknown[]): string[] {
  return [...new Set(requirements.filter(isTree).flatMap((each) => Object.keys(each)))].slice(0, 50);
}

/** A requirement of several schemes at once is more than one `auth` can say. */
function togetherNotes({ root }: OpenApiDocument, operations: readonly Operation[], name: string): string[] {
  const requirements = [...listAt(root, "security"), ...operations.flatMap(({ security = [] }) => security)];
  const together = requirements.filter(isTree).map((each) => Object.keys(each))
    .find((names) => names.length > 1 && names.includes(name));
  const isAloneToo = requirements.filter(isTree).some((each) => Object.keys(each).join() === name);
  if (!together || isAloneToo) return [];
  const others = together.filter((each) => each !== name).map((each) => JSON.stringify(each)).join(", ");
  return [`requests need ${others} as well: add what it takes to "headers" or "params" by hand`];
}

function credentialParameter(operations: readonly Operation[]): SignIn | undefined {
  const found = new Map<string, { count: number; parameter: Parameter }>();
  for (const parameter of operations.flatMap(({ parameters }) => parameters)) {
    const { name, place, isRequired } = parameter;
    if (!isRequired || !["query", "header"].includes(place) || !CREDENTIAL_REGEXP.test(name)) continue;
    found.set(`${place} ${name}`, { parameter, count: (found.get(`${place} ${name}`)?.count ?? 0) + 1 });
  }
  const [most] = [...found.values()].sort((a, b) => b.count - a.count);
  if (!most) return undefined;
  const { name, place, description } = most.parameter;
  return signIn("api_key", { name, location: place as "query" | "header", obtain: description || undefined });
}
