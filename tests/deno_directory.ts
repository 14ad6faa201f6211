/**
 * Where Deno keeps the packages. A child process with a home of its own has to be told, or it asks the npm
 * registry for all of them. Holds no tests itself.
 * @module
 */

let found: Promise<string> | undefined;

/** The directory that this process uses. */
export function denoDirectory(): Promise<string> {
  return found ??= askDeno();
}

async function askDeno(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** The environment of a process whose home is this folder. */
export async function homeIn(folder: string): Promise<{ HOME: string; DENO_DIR: string }> {
  return { HOME: folder, DENO_DIR: await denoDirectory() };
}
