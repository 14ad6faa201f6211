/**
 * Environment variables as the configuration reads them: by name, and only those that may be read, so that
 * a program with few permissions is neither stopped nor asked.
 * @module
 */

/** Reads environment variables. */
export interface Environment {
  get(name: string): string | undefined;
  /** False where reading is not permitted. */
  readable(name: string): boolean;
}

/** The process's environment, or a record in its place. */
export function environmentOf(record?: Readonly<Record<string, string>>): Environment {
  if (record) {
    return { get: (name) => (Object.hasOwn(record, name) ? record[name] : undefined), readable: () => true };
  }
  const readable = (variable: string) =>
    Deno.permissions.querySync({ name: "env", variable }).state === "granted";
  return { get: (name) => (readable(name) ? Deno.env.get(name) : undefined), readable };
}
