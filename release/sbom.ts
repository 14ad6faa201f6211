/**
 * The bill of materials of a binary, as CycloneDX: Deno and every package that is carried, with the hash that
 * deno.lock has for it.
 *
 *     deno run -A release/sbom.ts > dist/sbom.cdx.json
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { readExpected } from "./expected.ts";

interface Lock {
  readonly npm: Readonly<Record<string, { readonly integrity?: string }>>;
}

interface Component {
  readonly type: "library" | "platform";
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: "SHA-512"; readonly content: string }[];
}

/** The document. @throws {Error} for a package that deno.lock has no hash of */
export function bom(
  packages: Iterable<string>,
  lock: Lock,
  { timestamp, deno }: { timestamp: string; deno: string },
): Record<string, unknown> {
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp,
      component: {
        type: "application",
        name: "sluice",
        version: manifest.version,
        licenses: [{ license: { id: manifest.license } }],
      },
    },
    components: [
      { type: "platform", name: "deno", version: deno, purl: `pkg:github/denoland/deno@v${deno}` },
      ...[...packages].sort().map((id) => component(id, lock)),
    ],
  };
}

function component(id: string, { npm }: Lock): Component {
  const at = id.lastIndexOf("@");
  const [name, version] = [id.slice(0, at), id.slice(at + 1)];
  // A package that depends on what stands beside it is locked once for each such neighbour.
  const locked = npm[id] ?? Object.entries(npm).find(([key]) => key.startsWith(`${id}_`))?.[1];
  const [algorithm, digest] = locked?.integrity?.split("-") ?? [];
  if (algorithm !== "sha512") throw new Error(`deno.lock has no hash of ${id}`);
  return {
    type: "library",
    name,
    version,
    purl: `pkg:npm/${name.replace(/^@/, "%40")}@${version}`,
    hashes: [{ alg: "SHA-512", content: Uint8Array.fromBase64(digest).toHex() }],
  };
}

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const { packages } = await readExpected(root);
  const lock = JSON.parse(await Deno.readTextFile(`${root}/deno.lock`));
  const timestamp = new Date().toISOString();
  console.log(JSON.stringify(bom(packages, lock, { timestamp, deno: Deno.version.deno }), undefined, 2));
}
