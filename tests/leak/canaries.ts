/**
 * Secrets that are nowhere else, and the search for them in whatever was written or printed. Holds no tests itself.
 * @module
 */
import { Buffer } from "node:buffer";
import { relative } from "node:path";

/** One secret, and where a user put it. */
export interface Canary {
  readonly place: string;
  readonly value: string;
  /** The part that no way of writing it down changes. */
  readonly core: string;
}

/** Where a canary was found. */
export interface Sighting {
  readonly place: string;
  /** A file, or a stream of a command. */
  readonly where: string;
  readonly form: string;
}

/** What was searched. */
export interface Searched {
  readonly sightings: readonly Sighting[];
  readonly texts: number;
  readonly bytes: number;
}

/** A secret with characters around its core that addresses, JSON, forms and HTML write in other ways. */
export function canary(place: string, { head = 'q/+&"%', tail = "=<k" } = {}): Canary {
  const core = `cnry${crypto.randomUUID().replaceAll("-", "")}`;
  return { place, core, value: `${head}${core}${tail}` };
}

/** A secret that was made elsewhere, e.g. a private key. */
export function canaryOf(place: string, value: string, core: string): Canary {
  return { place, value, core };
}

/** Each way in which a canary may have been written down. */
export function formsOf({ value, core }: Canary): Record<string, string> {
  const inBase64 = (text: string, before: number) =>
    Buffer.from(" ".repeat(before) + text).toString("base64").replace(/=+$/, "").slice(
      before && before + 1,
      -2,
    );
  return {
    plain: value,
    "URL-encoded": encodeURIComponent(value),
    "JSON-escaped": JSON.stringify(value).slice(1, -1),
    "in base64": Buffer.from(value).toString("base64"),
    ...Object.fromEntries([0, 1, 2].map((at) => [`its core in base64, ${at} on`, inBase64(core, at)])),
    "its core in hex": Buffer.from(core).toString("hex"),
    "its core": core,
    "half of its core": core.slice(0, Math.ceil(core.length / 2)),
  };
}

/** Looks for canaries in texts by name. */
export function search(texts: ReadonlyMap<string, Uint8Array>, canaries: readonly Canary[]): Searched {
  const sightings: Sighting[] = [];
  let bytes = 0;
  const wanted = canaries.map((each) => ({
    place: each.place,
    forms: Object.entries(formsOf(each)).map(([form, text]) =>
      [form, Buffer.from(text).toString("latin1")] as const
    ),
  }));
  for (const [where, content] of texts) {
    bytes += content.length;
    const text = Buffer.from(content).toString("latin1");
    for (const { place, forms } of wanted) {
      const found = forms.find(([, needle]) => text.includes(needle));
      if (found) sightings.push({ place, where, form: found[0] });
    }
  }
  return { sightings, texts: texts.size, bytes };
}

/** Every file below a folder but those that a user wrote. */
export async function filesBelow(
  folder: string,
  written: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const look = async (path: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      const below = `${path}/${name}`;
      const shown = relative(folder, below);
      if (isDirectory) await look(below);
      else if (!written.includes(shown)) files.set(shown, await Deno.readFile(below));
      files.set(`name of ${shown}`, new TextEncoder().encode(shown));
    }
  };
  await look(folder);
  return files;
}
