/**
 * A disk of its own that is as small as a test likes: a file system in memory. It takes the right to mount one.
 * @module
 */

async function command(name: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(name, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** A small disk. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Changes its size, or whether it can be written: options of `mount`. */
  remount(options: string): Promise<void>;
}

/** A file system of this size; disposing it unmounts it. Undefined where it cannot be had. */
export async function smallDisk(size: string): Promise<SmallDisk | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const path = await Deno.makeTempDir({ prefix: "sluice_disk_" });
  if (!await command("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path)) {
    await Deno.remove(path);
    return undefined;
  }
  return {
    path,
    async remount(options) {
      if (!await command("mount", "-o", `remount,${options}`, path)) {
        throw new Error(`cannot remount ${options}`);
      }
    },
    async [Symbol.asyncDispose]() {
      await command("umount", path);
      await Deno.remove(path);
    },
  };
}

const probe = await smallDisk("1m");
/** Whether there are no small disks here. */
export const noSmallDisk = probe === undefined;
await probe?.[Symbol.asyncDispose]();
/** What the names of tests that are skipped for it say. */
export const noSmallDiskReason = noSmallDisk ? " (skipped: mounting a small file system needs root)" : "";
