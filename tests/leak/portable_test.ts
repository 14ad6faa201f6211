/**
 * Values that cross between threads: data arrives as it was, functions come home, and nothing else gets through.
 * @module
 */
import assert from "assert";
import fc from "property";
import { Crossing } from "../../confine/portable.ts";
import { errorOf, portableError } from "../../confine/wire.ts";
import { ExtractError, type SluiceError } from "../../pipeline/errors.ts";
import { Double, type JsonObject, parseJson, stringifyJson } from "../../pipeline/json.ts";
import { Secret } from "../../pipeline/secret.ts";

/** There and back, as threads copy it. */
function sides() {
  const [here, there] = [new Crossing(), new Crossing()];
  const over = (value: unknown) => there.unpack(structuredClone(here.pack(value, "it")));
  const home = (value: unknown) => here.unpack(structuredClone(there.pack(value, "that")));
  return { over, home };
}

Deno.test("a Crossing brings data over as it was", () => {
  const json = fc.json({ depthSize: "medium" }).map((text) => parseJson(text));
  fc.assert(fc.property(json, (value) => {
    assert.equal(stringifyJson(sides().over(value) as JsonObject), stringifyJson(value));
  }));
  const more = {
    big: 2n ** 70n,
    bytes: new Uint8Array([1, 2]),
    at: new Date(0),
    no: undefined,
    pattern: /a/g,
  };
  assert.deepEqual(sides().over(more), more);
  const double = sides().over(new Double(1)) as Double;
  assert.ok(double instanceof Double && Number(double) === 1);
});

Deno.test("a Crossing boxes secrets again", () => {
  const secret = sides().over({ token: new Secret("canary-crossing-1") }) as { token: Secret };
  assert.ok(secret.token instanceof Secret);
  assert.equal(secret.token.reveal(), "canary-crossing-1");
});

Deno.test("a Crossing leaves functions and objects of classes where they are, and knows them when they come home", () => {
  class Own {
    #hidden = 3;
    type = "own";
    headers() {
      return this.#hidden;
    }
  }
  const auth = new Own();
  const map = (value: number) => value + 1;
  const { over, home } = sides();
  const there = over({ auth, steps: [{ map }] }) as { auth: Own; steps: { map: () => unknown }[] };
  assert.equal(there.auth.type, "own");
  assert.equal(there.steps[0]!.map.name, "map");
  assert.throws(() => there.steps[0]!.map(), (error) => (error as SluiceError).code === "confined-function");
  assert.throws(() => there.auth.headers(), (error) => (error as SluiceError).code === "confined-function");
  const back = home({ settings: there.steps[0], auth: there.auth }) as {
    settings: { map: unknown };
    auth: unknown;
  };
  assert.equal(back.settings.map, map);
  assert.equal(back.auth, auth);
});

Deno.test("a Crossing refuses what holds itself, and what was never there", () => {
  const self: Record<string, unknown> = {};
  self.self = self;
  assert.throws(() => new Crossing().pack(self, "it"), /holds itself/);
  assert.throws(() => new Crossing().unpack({ is: "yours", ref: "it.map" }), /differs from time to time/);
});

Deno.test("a Crossing makes no prototype of a key", () => {
  const value = parseJson('{"__proto__":{"polluted":1}}');
  const there = sides().over(value) as object;
  assert.deepEqual(Object.keys(there), ["__proto__"]);
  assert.equal((there as { polluted?: unknown }).polluted, undefined);
});

Deno.test("errors of Sluice arrive as what they were", () => {
  const error = new ExtractError("Cannot read", {
    code: "http-status",
    at: { resource: "x" },
    next: "y",
    status: 403,
  });
  const arrived = errorOf(structuredClone(portableError(error)));
  assert.ok(arrived instanceof ExtractError);
  const { code, at, next, status, exitCode, message } = arrived;
  assert.deepEqual({ code, at, next, status, exitCode, message }, {
    code: "http-status",
    at: { resource: "x" },
    next: "y",
    status: 403,
    exitCode: 3,
    message: "Cannot read",
  });
  assert.equal(errorOf(portableError(new TypeError("x"))).name, "TypeError");
});
