/**
 * Every place where a user can put a secret, each with a source that uses it from there. Holds no tests itself.
 * @module
 */
import { generateKeyPairSync } from "node:crypto";
import { type Canary, canary, canaryOf } from "./canaries.ts";

/** What a project holds besides its source. */
export interface Project {
  /** `.dlt/secrets.toml`. */
  readonly secrets?: string;
  /** `.dlt/config.toml`. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The source's module, `leaky.ts`, or undefined for one that is built in. */
  readonly module?: string;
  readonly source?: string;
  readonly canaries: readonly Canary[];
}

/** One place of a secret. */
export interface SecretPlace {
  readonly name: string;
  /** The project of a user who reads an API at `url`. */
  project(url: string): Project;
}

const HEADER = { head: "q/+&%", tail: "==" };

const text = (value: unknown) => JSON.stringify(value);

/** A source of its own code, with one secret parameter. */
function ownModule(client: string, endpoint = `"items"`): string {
  return `import { defineSource } from "@sluice/sluice";
export default defineSource("leaky", {
  base_url: { type: "text", required: true, help: "Where." },
  api_token: { type: "text", secret: true, required: true, help: "A token." },
}, ({ base_url, api_token }) => ({
  client: { base_url, paginator: "json_link", retry: { max_attempts: 1 }, ${client} },
  resources: [{ name: "items", primary_key: "id", endpoint: { data_selector: "items", ...asObject(${endpoint}) } }],
}));
function asObject(endpoint: string | object) { return typeof endpoint === "string" ? { path: endpoint } : endpoint; }
`;
}

/** A source as data alone, whose credentials are looked up. */
function declared(url: string, auth: string): string {
  return `export default {
  client: { base_url: ${text(url)}, paginator: "json_link", retry: { max_attempts: 1 }, auth: ${auth} },
  resources: [{ name: "items", primary_key: "id", endpoint: { path: "items", data_selector: "items" } }],
};
`;
}

const config = (url: string) => `[sources.leaky]\nbase_url = ${text(url)}\n`;

/** A place for the value of a parameter `api_token` of a source of one's own. */
function parameter(
  name: string,
  { client, endpoint, form = HEADER, put = inSecrets }: {
    client: string;
    endpoint?: string;
    form?: { head: string; tail: string };
    put?: (value: string) => Partial<Project>;
  },
): SecretPlace {
  return {
    name,
    project(url) {
      const secret = canary(name, form);
      return {
        config: config(url),
        module: ownModule(client, endpoint),
        canaries: [secret],
        ...put(secret.value),
      };
    },
  };
}

const inSecrets = (value: string) => ({ secrets: `[sources.leaky]\napi_token = ${text(value)}\n` });
const SAFE = { head: "q.", tail: "~z" };
const ANY = { head: "q/+&\\\"% '<", tail: "=ß>" };
const BEARER = `auth: { type: "bearer", token: api_token }`;

function privateKey(): { pem: string; core: string } {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  return { pem: privateKey, core: privateKey.split("\n")[8]! };
}

function keyPlace(name: string, auth: (url: string) => string): SecretPlace {
  return {
    name,
    project(url) {
      const { pem, core } = privateKey();
      return {
        module: declared(url, auth(url)),
        secrets: `[sources.leaky.credentials]\nprivate_key = ${text(pem)}\n`,
        canaries: [canaryOf(name, pem, core)],
      };
    },
  };
}

/** The places. */
export const SECRET_PLACES: readonly SecretPlace[] = [
  parameter("bearer token in secrets.toml", { client: BEARER }),
  parameter("bearer token in an environment variable", {
    client: BEARER,
    put: (value) => ({ env: { SOURCES__LEAKY__API_TOKEN: value } }),
  }),
  parameter("bearer token on the command line", {
    client: BEARER,
    put: (value) => ({ args: ["--param", `api_token=${value}`] }),
  }),
  parameter("bearer token as an override", {
    client: BEARER,
    put: (value) => ({ args: ["--var", `sources.leaky.api_token=${value}`] }),
  }),
  parameter("key in a header of its own", {
    client: `auth: { type: "api_key", name: "X-Key", api_key: api_token, prefix: "Key" }`,
  }),
  parameter("key in the query string", {
    client: `auth: { type: "api_key", name: "key", api_key: api_token, location: "query" }`,
  }),
  parameter("key in a cookie", {
    client: `auth: { type: "api_key", name: "sid", api_key: api_token, location: "cookie" }`,
    form: SAFE,
  }),
  parameter("revealed in a header of the client", { client: `headers: { "X-Key": api_token.reveal() }` }),
  parameter("revealed in the query of an endpoint", {
    client: "",
    endpoint: `{ path: "items", params: { key: api_token.reveal() } }`,
    form: ANY,
  }),
  parameter("revealed in a header of an endpoint", {
    client: "",
    endpoint: `{ path: "items", headers: { "X-Key": api_token.reveal() } }`,
  }),
  parameter("revealed in the body of a request", {
    client: "",
    endpoint: `{ path: "items", method: "POST", json: { key: api_token.reveal() } }`,
    form: ANY,
  }),
  parameter("revealed in the path of an endpoint", {
    client: "",
    endpoint: `{ path: "items/" + api_token.reveal() }`,
    form: SAFE,
  }),
  parameter("returned by a function for authentication", {
    client: `auth: () => ({ "X-Key": "Key " + api_token.reveal() })`,
  }),
  parameter("thrown by a function for authentication", {
    client: `auth: () => { throw new Error("no luck with " + api_token.reveal()); }`,
  }),
  {
    name: "password in the address of the API",
    project(url) {
      const secret = canary("password in the address of the API", SAFE);
      const address = url.replace("//", `//user:${secret.value}@`);
      return {
        config: `[sources.leaky]\nbase_url = ${text(address)}\n`,
        secrets: `[sources.leaky]\napi_token = "another-secret-0123456789"\n`,
        module: ownModule(BEARER),
        canaries: [secret],
      };
    },
  },
  {
    name: "user name and password",
    project(url) {
      const secret = canary("user name and password", ANY);
      return {
        module: declared(url, `"http_basic"`),
        secrets: `[sources.leaky.credentials]\nusername = "someone"\npassword = ${text(secret.value)}\n`,
        canaries: [secret],
      };
    },
  },
  {
    name: "secret of an OAuth client",
    project(url) {
      const secret = canary("secret of an OAuth client", ANY);
      const auth = { type: "oauth2_client_credentials", access_token_url: `${url}/token`, client_id: "app" };
      return {
        module: declared(url, text(auth)),
        secrets: `[sources.leaky.credentials]\nclient_secret = ${text(secret.value)}\n`,
        canaries: [secret],
      };
    },
  },
  {
    name: "secret of an OAuth client that is refused",
    project(url) {
      const secret = canary("secret of an OAuth client that is refused", ANY);
      const auth = {
        type: "oauth2_client_credentials",
        access_token_url: `${url}/bad/token`,
        client_id: "app",
      };
      return {
        module: declared(url, text(auth)),
        secrets: `[sources.leaky.credentials]\nclient_secret = ${text(secret.value)}\n`,
        canaries: [secret],
      };
    },
  },
  keyPlace(
    "private key of a service account",
    (url) => text({ type: "oauth2_jwt", auth_endpoint: `${url}/token`, client_id: "app" }),
  ),
  keyPlace(
    "private key of an OAuth client",
    (url) => text({ type: "private_key_jwt", token_url: `${url}/token`, client_id: "app" }),
  ),
  {
    name: "token of the built-in source",
    project(url) {
      const secret = canary("token of the built-in source", SAFE);
      return {
        source: "okta",
        secrets: `[sources.okta_management]\napi_token = ${text(secret.value)}\n`,
        config: `[sources.okta_management]\nbase_url = ${text(url)}\n`,
        args: ["--resources", "users"],
        canaries: [secret],
      };
    },
  },
];
