/**
 * The simulator as a process of its own, so that serving does not share a core's time with what is measured.
 * @module
 */

/** A running server; disposing it stops it. */
export interface Server extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

/** Starts the simulator with this many users. */
export async function startServer(users: number): Promise<Server> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", new URL("./serve.ts", import.meta.url).pathname, String(users)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  const { url, token } = JSON.parse(value!);
  return {
    url,
    token,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel().catch(() => {});
      await child.status;
    },
  };
}
