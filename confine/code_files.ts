/**
 * Which files a module may be made of: code below its folder or the project, none of it hidden. Everything else that
 * an import names is data, and is read only where that was allowed.
 * @module
 */
import { dirname, isAbsolute, relative } from "node:path";

const CODE_REGEXP = /\.[cm]?[jt]sx?$/;

/** Whether an import of `module` may be followed to `file`. */
export async function isCodeOf(module: string, file: string): Promise<boolean> {
  const roots = [dirname(module), Deno.cwd()];
  // What is not there is for the runtime to say.
  const isThere = await Deno.lstat(file).then(() => true, () => false);
  try {
    // A link must not lead out.
    const [real, ...realRoots] = await Promise.all(
      [isThere ? file : roots[0]!, ...roots].map((path) => Deno.realPath(path)),
    );
    if (!isThere) return CODE_REGEXP.test(file) && roots.some((root) => isVisibleBelow(root, file));
    return [[file, roots], [real!, realRoots]].every(([path, below]) =>
      CODE_REGEXP.test(path as string) &&
      (below as string[]).some((root) => isVisibleBelow(root, path as string))
    );
  } catch {
    return false;
  }
}

function isVisibleBelow(root: string, file: string): boolean {
  const path = relative(root, file);
  return path !== "" && !isAbsolute(path) && !path.split(/[\\/]/).some((part) => part.startsWith("."));
}
