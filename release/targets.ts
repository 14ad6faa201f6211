/**
 * The systems that a binary is made for.
 * @module
 */

/** A system and the name of its binary. */
export interface Target {
  /** As `deno compile --target` takes it. */
  readonly triple: string;
  /** File name in a release. */
  readonly file: string;
}

/** All targets. */
export const targets: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", file: "sluice-linux-x64" },
  { triple: "aarch64-unknown-linux-gnu", file: "sluice-linux-arm64" },
  { triple: "x86_64-apple-darwin", file: "sluice-macos-x64" },
  { triple: "aarch64-apple-darwin", file: "sluice-macos-arm64" },
  { triple: "x86_64-pc-windows-msvc", file: "sluice-windows-x64.exe" },
];
