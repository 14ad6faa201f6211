/**
 * Credentials are for one origin: whatever a server or a record puts into an address, they go nowhere else.
 * @module
 */
import assert from "assert";
import fc from "property";
import { ExtractError } from "../../pipeline/errors.ts";
import { checkOrigin } from "../../rest/origin.ts";
import type { PaginatorConfig } from "../../rest/types.ts";
import { failure, json, withClient } from "../rest_harness_test.ts";

const KEY = "canary-0123456789abcdef";
const auth = { type: "bearer", token: KEY };

/** Addresses that look as if they were below `base`, or that a careless reader would take for it. */
const TRICKS: Record<string, (base: URL) => string> = {
  "a user name that is the host": ({ host }) => `http://${host}@evil.example/x`,
  "a user name and password": ({ host }) => `http://user:pass@${host}/x`,
  "an empty user name with a password": ({ host }) => `http://:pass@${host}/x`,
  "a host that begins like it": ({ hostname }) => `http://${hostname}.evil.example/x`,
  "a host that ends like it": ({ hostname }) => `http://evil-${hostname.replaceAll(".", "-")}.example/x`,
  "another port": ({ hostname }) => `http://${hostname}:1/x`,
  "no port": ({ hostname }) => `http://${hostname}/x`,
  "another name of the same machine": ({ port }) => `http://localhost:${port}/x`,
  "another address of the same machine": ({ port }) => `http://127.0.0.2:${port}/x`,
  "another scheme": ({ host }) => `https://${host}/x`,
  "a socket": ({ host }) => `ws://${host}/x`,
  "a backslash before the at sign": ({ host }) => `http://evil.example\\@${host}/x`,
  "backslashes in place of slashes": () => "http:\\\\evil.example\\x",
  "backslashes alone": () => "\\\\evil.example\\x",
  "slashes alone": () => "//evil.example/x",
  "many slashes": () => "////evil.example/x",
  "a slash and a backslash": () => "/\\evil.example/x",
  "a tab between the slashes": () => "/\t/evil.example/x",
  "a line break in the scheme": () => "ht\ntp://evil.example/x",
  "no slashes": () => "https:evil.example/x",
  "spaces around": () => "  http://evil.example/x  ",
  "full width letters": ({ port }) => `http://１２７.0.0.2:${port}/x`,
  "letters that look the same": () => "http://аpi.example/x",
  "an escaped at sign": ({ host }) => `http://evil.example%40${host}/x`,
  "a number for an address": ({ port }) => `http://2130706434:${port}/x`,
  "an IPv6 address": ({ port }) => `http://[::ffff:127.0.0.1]:${port}/x`,
  "a file": () => "file:///etc/passwd",
  "data": () => "data:application/json,[]",
  "a script": () => "javascript:alert(1)",
};

/** Where an address leads by the rules of browsers, or undefined when it leads nowhere. */
const isHome = (address: string, base: URL) => {
  const url = URL.parse(address, `${base.origin}/items`);
  return url?.origin === base.origin && !url.username && !url.password;
};

for (const [name, make] of Object.entries(TRICKS)) {
  Deno.test(`send() takes credentials to no redirect with ${name}`, async () => {
    let base: URL;
    await withClient(
      () => new Response(null, { status: 302, headers: [["location", encodeLine(make(base))]] }),
      { auth, retry: { max_attempts: 1 } },
      async ({ client, base: own, requests }) => {
        base = new URL(own);
        const error = await failure(client.send(client.request("/items")));
        assert.equal(error.code, "redirected");
        assert.equal(requests.length, isHome(encodeLine(make(base)), base) ? 6 : 1);
      },
    );
  });

  for (const paginator of ["json_link", "header_link", "auto"] satisfies PaginatorConfig[]) {
    Deno.test(`paginate() by ${paginator} takes credentials to no next link with ${name}`, async () => {
      let base: URL;
      await withClient(
        () => {
          const next = make(base);
          return paginator === "header_link"
            ? json({ items: [{ id: 1 }] }, { headers: { link: `<${encodeLine(next)}>; rel="next"` } })
            : json({ items: [{ id: 1 }], next });
        },
        { auth, paginator, retry: { max_attempts: 1 } },
        async ({ client, base: own, requests }) => {
          base = new URL(own);
          const pages = client.paginate(client.request("/items"));
          await Array.fromAsync(pages).catch((error) =>
            assert.ok(error instanceof ExtractError, String(error))
          );
          for (const { url } of requests) assert.equal(new URL(url).host, base.host);
          // What is no link at all may be taken for a cursor, which is a value of a parameter at home.
          const link = paginator === "header_link" ? encodeLine(make(base)) : make(base);
          if (paginator !== "auto" && !isHome(link, base)) assert.equal(requests.length, 1);
        },
      );
    });
  }
}

/** What a header cannot hold, it does not hold. */
function encodeLine(address: string): string {
  return address.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character));
}

const PIECES = [
  ..."@:/\\.?#[]%&;=\t\n\r 。／：＠",
  "http",
  "https",
  "://",
  "api.example",
  "evil.example",
  "xn--pi-6kc",
  "аpi.example",
  "127.0.0.1",
  "user",
  ":443",
  ":80",
  "%40",
  "%2f",
  "..",
  "\u202e",
  "\0",
];

Deno.test("checkOrigin() lets through only what fetch would send there", () => {
  const origin = "https://api.example";
  const text = fc.oneof(
    fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((parts) => parts.join("")),
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((parts) =>
      `https://api.example${parts.join("")}`
    ),
  );
  fc.assert(
    fc.property(text, (address) => {
      try {
        checkOrigin(address, origin);
      } catch (error) {
        assert.equal((error as ExtractError).code, "foreign-origin");
        return;
      }
      const request = new Request(address);
      assert.equal(new URL(request.url).origin, origin);
      assert.ok(!new URL(request.url).username && !new URL(request.url).password);
    }),
    { numRuns: 2000 },
  );
});
