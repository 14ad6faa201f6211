/**
 * A project folder for one test of the configuration.
 * @module
 */
import { dirname, join } from "node:path";

/**
 * Writes files below a new project's `.dlt` (or, with a folder in the name, below the project itself) and
 * removes everything afterwards. `machine/…` stands for the machine-wide folder.
 */
export async function withProject(
  files: Readonly<Record<string, string | Uint8Array>>,
  use: (projectDirectory: string, machineFolder: string) => Promise<void>,
): Promise<void> {
  const projectDirectory = await Deno.makeTempDir({ prefix: "sluice_config_" });
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(projectDirectory, name.includes("/") ? name : `.dlt/${name}`);
      await Deno.mkdir(dirname(path), { recursive: true });
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(path, bytes, { mode: 0o600 });
    }
    await use(projectDirectory, join(projectDirectory, "machine"));
  } finally {
    await Deno.remove(projectDirectory, { recursive: true });
  }
}
