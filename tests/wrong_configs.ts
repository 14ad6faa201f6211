/**
 * Configurations with a fault each, as people make them, for tests/rest_api_wrong_config_test.ts. Holds no tests
 * itself.
 * @module
 */
import { Secret } from "../mod.ts";

/** What the server's address stands in for; nothing may ever be sent there. */
const client = { base_url: "https://api.example.com/v1" };
const TOKEN = "s3cret-t0ken-value";

/** A configuration with one resource of this endpoint. */
const endpoint = (given: unknown) => ({ client, resources: [{ name: "users", endpoint: given }] });
/** A configuration with one resource that says this, too. */
const resource = (given: object) => ({ client, resources: [{ name: "users", ...given }] });
/** A child of `groups` with this endpoint. */
const child = (given: object, more: object = {}) => ({
  client,
  resources: ["groups", { name: "members", endpoint: given, ...more }],
});
const incremental = (given: object) => endpoint({ incremental: { cursor_path: "updated", ...given } });

const itself: Record<string, unknown> = {};
itself.itself = itself;

/** By what is wrong. */
export const WRONG_CONFIGS: Readonly<Record<string, unknown>> = {
  // The whole.
  "a text": "https://api.example.com",
  "nothing": undefined,
  "no client": { resources: ["users"] },
  "no resources": { client },
  "resources are no list": { client, resources: { users: {} } },
  "resources are null": { client, resources: null },
  "an unknown key at the top": { client, resource: ["users"] },
  "a key of the client at the top": { client, resources: ["users"], base_url: "https://api.example.com" },
  "a key of resources at the top": { client, resources: ["users"], primary_key: "id" },
  // The client.
  "no base_url": { client: {}, resources: ["users"] },
  "base_url is null": { client: { base_url: null }, resources: ["users"] },
  "base_url is a number": { client: { base_url: 8080 }, resources: ["users"] },
  "base_url without a scheme": { client: { base_url: "api.example.com" }, resources: ["users"] },
  "base_url over http": { client: { base_url: "http://api.example.com" }, resources: ["users"] },
  "base_url with a password": {
    client: { base_url: `https://me:${TOKEN}@api.example.com` },
    resources: ["users"],
  },
  "base_url with a query": {
    client: { base_url: `https://api.example.com?key=${TOKEN}` },
    resources: ["users"],
  },
  "base_url with a placeholder": {
    client: { base_url: "https://{tenant}.example.com" },
    resources: ["users"],
  },
  "base_url is empty": { client: { base_url: "" }, resources: ["users", "groups"] },
  "base_url is empty beside auth": {
    client: { base_url: "", auth: { type: "bearer", token: TOKEN } },
    resources: [{ name: "users", endpoint: "https://api.example.com/users" }],
  },
  "a misspelt key in client": { client: { ...client, paginater: "auto" }, resources: ["users"] },
  "session of Python": { client: { ...client, session: {} }, resources: ["users"] },
  "a header that is a number": { client: { ...client, headers: { "x-version": 2 } }, resources: ["users"] },
  "a header with a line break": {
    client: { ...client, headers: { authorization: `${TOKEN}\nx: y` } },
    resources: ["users"],
  },
  "a header with a character of another alphabet": {
    client: { ...client, headers: { "x-name": "Жанна" } },
    resources: ["users"],
  },
  "a header that is a secret": {
    client: { ...client, headers: { authorization: new Secret(TOKEN) } },
    resources: ["users"],
  },
  "max_concurrency of zero": { client: { ...client, max_concurrency: 0 }, resources: ["users"] },
  // Authentication and paginators.
  "an unknown auth": { client: { ...client, auth: "baerer" }, resources: ["users"] },
  "an unknown type of auth": {
    client: { ...client, auth: { type: "oauth", token: TOKEN } },
    resources: ["users"],
  },
  "a misspelt argument of auth": {
    client: { ...client, auth: { type: "bearer", tokn: TOKEN } },
    resources: ["users"],
  },
  "a token that is a number": {
    client: { ...client, auth: { type: "bearer", token: 123456789 } },
    resources: ["users"],
  },
  "auth is true": { client: { ...client, auth: true }, resources: ["users"] },
  "auth beside the name": resource({ auth: { type: "bearer", token: TOKEN } }),
  "an unknown paginator": { client: { ...client, paginator: "header_links" }, resources: ["users"] },
  "a paginator without its limit": endpoint({ paginator: "offset" }),
  "a paginator of a type without its limit": endpoint({ paginator: { type: "offset" } }),
  "a paginator without a type": endpoint({ paginator: { limit: 100 } }),
  "a misspelt argument of a paginator": endpoint({ paginator: { type: "cursor", cursor_pth: "next" } }),
  "an argument of a paginator that is a text": endpoint({ paginator: { type: "offset", limit: "100" } }),
  "a paginator that is None": endpoint({ paginator: "None" }),
  // Resources.
  "a resource without a name": { client, resources: [{ endpoint: "users" }] },
  "a resource with an empty name": { client, resources: ["users", ""] },
  "a resource that is a number": { client, resources: [5] },
  "a resource that is null": { client, resources: ["users", null] },
  "a resource that is a list": { client, resources: [["users"]] },
  "a name given twice": { client, resources: ["users", { name: "users", endpoint: "v2/users" }] },
  "params beside the name": resource({ params: { limit: 5 } }),
  "a path beside the name": resource({ path: "v1/users" }),
  "a misspelt key in a resource": resource({ primery_key: "id" }),
  "a key that is like no other": resource({ foobarbaz: 1 }),
  "endpoint is null": endpoint(null),
  "endpoint is a list": endpoint(["users"]),
  "selected is a text": resource({ selected: "False" }),
  "an unknown write disposition": resource({ write_disposition: "upsert" }),
  "a write disposition in capitals": resource({ write_disposition: "Merge" }),
  "an unknown merge strategy": resource({ write_disposition: { disposition: "merge", strategy: "scd3" } }),
  "a primary key that is a number": resource({ primary_key: 1 }),
  "an unknown type of a column": resource({ columns: { age: { data_type: "integer" } } }),
  "a column of a list without a name": resource({ columns: [{ data_type: "text" }] }),
  "max_table_nesting below zero": resource({ max_table_nesting: -1 }),
  "a wrong schema contract": resource({ schema_contract: { tables: "evolved" } }),
  "a misspelt entity of a schema contract": resource({ schema_contract: { column: "freeze" } }),
  "a misspelt hint of a column": resource({ columns: { age: { data_typ: "bigint", "x-unit": "years" } } }),
  "a misspelt hint of a listed column": resource({ columns: [{ name: "age", nulable: true }] }),
  "a misspelt hint of a list": resource({ nested_hints: { emails: { primary_kye: "id" } } }),
  "a misspelt hint of a list's column": resource({
    nested_hints: { emails: { columns: { at: { precison: 3 } } } },
  }),
  "a list without a name": resource({ nested_hints: { " ": { primary_key: "id" } } }),
  "a parent of a resource's table": resource({ parent_table_name: "groups" }),
  "an annotation that is the engine's": resource({ "x-merge-strategy": "upsert" }),
  "defaults with a name": { client, resource_defaults: { name: "users" }, resources: ["users"] },
  "defaults with an endpoint that is a text": {
    client,
    resource_defaults: { endpoint: "v1" },
    resources: ["users"],
  },
  "a fault in the defaults told once": {
    client,
    resource_defaults: { endpoint: { paginator: { type: "offset", limit: 0 } } },
    resources: ["users", "groups"],
  },
  "a text in the defaults told once": {
    client,
    resource_defaults: { endpoint: { params: { q: "{x" } } },
    resources: ["users", "groups"],
  },
  "a parent in the defaults told once": {
    client,
    resource_defaults: { endpoint: { json: { group: "{resources.group.id}" }, method: "POST" } },
    resources: ["users", "teams"],
  },
  "a cursor in the defaults told once": {
    client,
    resource_defaults: { endpoint: { incremental: { cursor_path: "at", end_value: 5 } } },
    resources: ["users", "groups"],
  },
  "a processing step in the defaults told once": {
    client,
    resource_defaults: { processing_steps: [{}] },
    resources: ["users", "groups"],
  },
  "records that are no function": { client, resources: [{ name: "users", records: [{ id: 1 }] }] },
  "data_from without records": { client, resources: ["groups", { name: "users", data_from: "groups" }] },
  "a misspelt key beside records": {
    client,
    resources: [{ name: "users", records: async function* () {}, primery_key: "id" }],
  },
  "a processing step that is no function": resource({ processing_steps: [{ map: "upper" }] }),
  "a processing step without one": resource({ processing_steps: [{}] }),
  "a misspelt processing step": resource({ processing_steps: [{ fliter: () => true }] }),
  "processing steps that are no list": resource({ processing_steps: { map: () => 1 } }),
  // Endpoints.
  "a misspelt key in endpoint": endpoint({ pth: "users" }),
  "a key of the resource in endpoint": endpoint({ write_disposition: "merge" }),
  "a method in lower case": endpoint({ method: "get" }),
  "a method that is not known": endpoint({ method: "DELETE" }),
  "a path that is a number": endpoint({ path: 5 }),
  "params that are a text": endpoint({ params: "limit=5" }),
  "a parameter that is an object": endpoint({ params: { filter: { status: TOKEN } } }),
  "a parameter that is a secret": endpoint({ params: { key: new Secret(TOKEN) } }),
  "a parameter that is a function": endpoint({ params: { since: () => TOKEN } }),
  "a bound parameter of an unknown type": endpoint({ params: { since: { type: "incrementel" } } }),
  "a parameter in lists of lists": endpoint({ params: { ids: [[1, 2]] } }),
  "headers that are a list": endpoint({ headers: [["x", TOKEN]] }),
  "a header name with a space": endpoint({ headers: { "x version": TOKEN } }),
  "json and data together": endpoint({ method: "POST", json: { a: TOKEN }, data: { b: TOKEN } }),
  "a body with GET": endpoint({ json: { a: TOKEN } }),
  "a form with GET": endpoint({ data: { a: TOKEN } }),
  "a date in a body": endpoint({ method: "POST", json: { since: new Date(0) } }),
  "a secret in a body": endpoint({ method: "POST", json: { auth: [new Secret(TOKEN)] } }),
  "a body that holds itself": endpoint({ method: "POST", json: itself }),
  "a form with an object": endpoint({ method: "POST", data: { a: { b: TOKEN } } }),
  "a form that is a list": endpoint({ method: "POST", data: [TOKEN] }),
  "a data_selector that is no JSONPath": endpoint({ data_selector: "items[" }),
  "a data_selector that is a list": endpoint({ data_selector: ["items"] }),
  "an unknown response format": endpoint({ response_format: "xml" }),
  "another host over http": endpoint({ path: "http://other.example.com/users" }),
  "a path with a password": endpoint({ path: `https://me:${TOKEN}@other.example.com/users` }),
  // Response actions.
  "a response action without a condition": endpoint({ response_actions: [{ action: "ignore" }] }),
  "a response action without an action": endpoint({ response_actions: [{ status_code: 404 }] }),
  "an unknown response action": endpoint({ response_actions: [{ status_code: 404, action: "ingore" }] }),
  "a response action for no status": endpoint({
    response_actions: [{ status_code: "4xx", action: "ignore" }],
  }),
  "a misspelt key of a response action": endpoint({ response_actions: [{ status: 404, action: "ignore" }] }),
  "response actions that are no list": endpoint({ response_actions: { status_code: 404, action: "ignore" } }),
  // Placeholders and parents.
  "a parent that is not there": child({ path: "groups/{resources.group.id}/members" }),
  "a parent that is like no other": child({ path: "x/{resources.organisations.id}/members" }),
  "two parents": {
    client,
    resources: ["groups", "users", {
      name: "members",
      endpoint: { path: "groups/{resources.groups.id}", params: { user: "{resources.users.id}" } },
    }],
  },
  "a circle of parents": {
    client,
    resources: [
      { name: "a", endpoint: "a/{resources.b.id}" },
      { name: "b", endpoint: "b/{resources.c.id}" },
      { name: "c", endpoint: "c/{resources.a.id}" },
    ],
  },
  "its own parent": endpoint("users/{resources.users.id}"),
  "a field that is missing": child({ path: "groups/{resources.groups}/members" }),
  "a field that is no JSONPath": child({ path: "groups/{resources.groups.ids[}/members" }),
  "a misspelt root": child({ path: "groups/{resource.groups.id}/members" }),
  "a path parameter without a value": endpoint({ path: "users/{id}" }),
  "a path parameter that is null": endpoint({ path: "users/{id}", params: { id: null } }),
  "a path parameter that is empty": endpoint({ path: "users/{id}/mail", params: { id: "" } }),
  "a path parameter that is a list": endpoint({ path: "users/{id}", params: { id: [1, 2] } }),
  "a path parameter with a format for numbers": endpoint({ path: "users/{id:05d}", params: { id: TOKEN } }),
  "a placeholder for a parameter in the query": endpoint({ params: { q: `{${TOKEN}}` } }),
  "a placeholder for a parameter in a header": endpoint({ headers: { authorization: `Bearer {${TOKEN}}` } }),
  "a brace that is not closed": endpoint({ path: "users/{id" }),
  "a brace that is not opened": endpoint({ path: "users/id}" }),
  "empty braces": endpoint({ path: "users/{}" }),
  "GraphQL with single braces": endpoint({
    method: "POST",
    json: { query: "query { users(first: 5) { id name } }" },
  }),
  "JSON as text with single braces": endpoint({ method: "POST", data: `{"password": "${TOKEN}"}` }),
  "an unknown conversion": child({ path: "groups/{resources.groups.id!x}/members" }),
  "an unknown format": child({ path: "groups/{resources.groups.id:5y}/members" }),
  "include_from_parent without a parent": resource({ include_from_parent: ["id"] }),
  "include_from_parent that is a text": child({ path: "g/{resources.groups.id}" }, {
    include_from_parent: "id",
  }),
  "resolve that is not in the path": child({
    params: { group: { type: "resolve", resource: "groups", field: "id" } },
  }),
  "resolve without a field": child({
    path: "groups/{group}",
    params: { group: { type: "resolve", resource: "groups" } },
  }),
  "an incremental parameter in the path": endpoint({
    path: "users/{since}",
    params: { since: { type: "incremental", cursor_path: "at" } },
  }),
  "a host from data": child({ path: "https://{resources.groups.host}/members" }),
  "data_from beside another parent": {
    client,
    resources: ["groups", { name: "users", data_from: "grups", records: async function* () {} }],
  },
  // Cursors.
  "incremental without cursor_path": endpoint({ incremental: { initial_value: 1 } }),
  "a cursor_path that is no JSONPath": incremental({ cursor_path: "a..[" }),
  "an empty cursor_path": incremental({ cursor_path: "" }),
  "end_value without initial_value": incremental({ end_value: "2024-01-01" }),
  "end_value before initial_value": incremental({ initial_value: "2024-02-01", end_value: "2024-01-01" }),
  "end_value of another type": incremental({ initial_value: 5, end_value: "2024-01-01" }),
  "an initial_value that is an object": incremental({ initial_value: {} }),
  "a date that does not exist": incremental({ initial_value: new Date(NaN) }),
  "a misspelt key of the cursor": incremental({ inital_value: 1 }),
  "row_order in capitals": incremental({ row_order: "ASC" }),
  "a lag that is a text": incremental({ lag: "1h" }),
  "an unknown last_value_func": incremental({ last_value_func: "maximum" }),
  "convert that is a text": incremental({ convert: "int" }),
  "no value of the cursor": endpoint({
    params: { since: "{incremental}" },
    incremental: { cursor_path: "at" },
  }),
  "a misspelt value of the cursor": endpoint({
    params: { since: "{incremental.start_valu}" },
    incremental: { cursor_path: "at" },
  }),
  "a placeholder without a cursor": endpoint({ params: { since: "{incremental.start_value}" } }),
  "two cursors": endpoint({
    params: {
      since: { type: "incremental", cursor_path: "at" },
      from: { type: "incremental", cursor_path: "id" },
    },
  }),
  "an end of a cursor in params": endpoint({
    params: { since: { type: "incremental", cursor_path: "at", initial_value: 1, end_value: 2 } },
  }),
  "per_parent without a parent": incremental({ per_parent: true }),
  // Several.
  "several faults at once": {
    client: { base_url: "http://api.example.com", auth: "token" },
    resource_defaults: { write_dispositon: "merge" },
    resources: [
      "users",
      { name: "users", endpoint: { path: "a/{resources.teams.id}", method: "post" } },
      { name: "events", endpoint: { path: "events/{id}" } },
      7,
    ],
  },
};
