/**
 * What a release is made of besides its binaries: the install script, the notes, the bill of materials.
 * @module
 */
import assert from "assert";
import { join } from "node:path";
import { readExpected } from "../release/expected.ts";
import { notesOf } from "../release/notes.ts";
import { bom } from "../release/sbom.ts";
import { targets } from "../release/targets.ts";

const BINARY = "#!/bin/sh\necho 9.9.9\n";
const encoder = new TextEncoder();

/** A release on this machine, whose files can be other than their checksums say. */
async function release(served: Readonly<Record<string, string>> = {}) {
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(BINARY))).toHex();
  const files = targets.map(({ file }) => file);
  const all: Record<string, string> = {
    ...Object.fromEntries(files.map((file) => [file, BINARY])),
    SHA256SUMS: files.map((file) => `${sum}  ${file}\n`).join(""),
    ...served,
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const name = new URL(request.url).pathname.slice(1);
    return name in all ? new Response(all[name]) : new Response(null, { status: 404 });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function install(env: Record<string, string>, script = "release/install.sh") {
  const home = await Deno.makeTempDir({ prefix: "sluice_home " });
  try {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [script],
      clearEnv: true,
      env: { HOME: home, PATH: Deno.env.get("PATH")!, ...env },
    }).output();
    const installed = join(home, ".local/bin/sluice");
    const text = await Deno.readTextFile(installed).catch(() => undefined);
    const mode = text === undefined ? 0 : (await Deno.stat(installed)).mode! & 0o777;
    const left = await Array.fromAsync(Deno.readDir(home), ({ name }) => name);
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: decode(stdout), err: decode(stderr), text, mode, left };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const OF_RELEASE = { SLUICE_REPOSITORY: "acme/sluice", SLUICE_VERSION: "9.9.9" };
const ignore = Deno.build.os === "windows";

Deno.test({ name: "install.sh puts the binary in place once its checksum is right", ignore }, async () => {
  await using served = await release();
  const { code, out, err, text, mode } = await install({ ...OF_RELEASE, SLUICE_DOWNLOAD: served.url });
  assert.equal(code, 0, err);
  assert.equal(text, BINARY);
  assert.equal(mode, 0o755);
  assert.match(out, /^Installed 9\.9\.9 as .*\/\.local\/bin\/sluice\n.*is not in your PATH/);
});

for (
  const [what, files] of [
    [
      "a binary that is another one",
      Object.fromEntries(targets.map(({ file }) => [file, "#!/bin/sh\necho taken over\n"])),
    ],
    ["checksums without the file", { SHA256SUMS: `${"0".repeat(64)}  other-sluice-linux-x64\n` }],
    ["no checksums", { SHA256SUMS: "" }],
  ] as const
) {
  Deno.test({ name: `install.sh installs nothing from a release with ${what}`, ignore }, async () => {
    await using served = await release(files);
    const { code, out, err, left } = await install({ ...OF_RELEASE, SLUICE_DOWNLOAD: served.url });
    assert.equal(code, 1);
    assert.match(err, /^Cannot install Sluice: sluice-\S+ is not what was released: .*\n {2}next: /);
    assert.equal(out, "");
    assert.deepEqual(left, []);
  });
}

Deno.test({ name: "install.sh says what is missing: a release, or the network", ignore }, async () => {
  assert.match((await install({})).err, /it is not known which release is meant/);
  const { code, err } = await install({ ...OF_RELEASE, SLUICE_DOWNLOAD: "http://127.0.0.1:9" });
  assert.equal(code, 1);
  assert.match(err, /Cannot install Sluice: http:\/\/127\.0\.0\.1:9\/SHA256SUMS cannot be downloaded/);
});

Deno.test({ name: "install.sh knows its release once that has put itself in", ignore }, async () => {
  await using served = await release();
  const script = await Deno.makeTempFile({ suffix: ".sh" });
  try {
    const workflow = await Deno.readTextFile(".github/workflows/release.yml");
    const [, command] = /run: \|\n( +sed -e [\s\S]*?dist\/install\.sh)\n/.exec(workflow)!;
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-ec", command.replace("dist/install.sh", '"$TO"')],
      env: { GITHUB_REPOSITORY: "acme/sluice", GITHUB_REF_NAME: "v9.9.9", TO: script },
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.match(
      await Deno.readTextFile(script),
      /:-"acme\/sluice"\}\nversion=\$\{SLUICE_VERSION:-"9\.9\.9"\}/,
    );
    assert.equal((await install({ SLUICE_DOWNLOAD: served.url }, script)).code, 0);
  } finally {
    await Deno.remove(script);
  }
});

Deno.test("notesOf() is the section of the version, and refuses a tag that does not fit", () => {
  const changelog = "# Changelog\n\n## 1.2.0 (2026-11-24)\n\n### Added\n\n- A.\n\n## 1.1.0\n\n- B.\n";
  assert.equal(notesOf("v1.2.0", changelog, "1.2.0"), "### Added\n\n- A.\n");
  assert.throws(() => notesOf("v1.3.0", changelog, "1.2.0"), /the tag is v1\.3\.0/);
  assert.throws(() => notesOf("v1.2.1", changelog, "1.2.1"), /no section "## 1\.2\.1"/);
});

Deno.test("bom() has every package that a binary carries, with its hash", async () => {
  const { packages } = await readExpected(Deno.cwd());
  const lock = JSON.parse(await Deno.readTextFile("deno.lock"));
  const { components } = bom(packages, lock, { timestamp: "2026-11-24T00:00:00Z", deno: "2.9.6" });
  const found = components as {
    name: string;
    version: string;
    purl: string;
    hashes?: { content: string }[];
  }[];
  assert.deepEqual(found.slice(1).map(({ name, version }) => `${name}@${version}`), [...packages].sort());
  assert.ok(found.slice(1).every(({ hashes }) => /^[0-9a-f]{128}$/.test(hashes![0].content)));
  assert.ok(found.some(({ purl }) => purl === "pkg:npm/%40colors/colors@1.5.0"));
  assert.throws(
    () => bom(["nothing@1.0.0"], lock, { timestamp: "", deno: "" }),
    /no hash of nothing@1\.0\.0/,
  );
});
