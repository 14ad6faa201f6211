/**
 * The actions of others that workflows use, each pinned to the commit of a release.
 * @module
 */

/** Name with the commit's hash, and the release that it is. */
export interface PinnedAction {
  readonly uses: string;
  readonly release: string;
}

const pinned = (name: string, commit: string, release: string): PinnedAction => ({
  uses: `${name}@${commit}`,
  release,
});

/** All of them. `.github/workflows` and what `deploy` writes use the same. */
export const actions = {
  checkout: pinned("actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
  cacheRestore: pinned("actions/cache/restore", "27d5ce7f107fe9357f9df03efb73ab90386fccae", "v5.0.5"),
  cacheSave: pinned("actions/cache/save", "27d5ce7f107fe9357f9df03efb73ab90386fccae", "v5.0.5"),
  uploadArtifact: pinned("actions/upload-artifact", "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
  downloadArtifact: pinned("actions/download-artifact", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1"),
  setupDeno: pinned("denoland/setup-deno", "667a34cdef165d8d2b2e98dde39547c9daac7282", "v2.0.4"),
  attest: pinned("actions/attest", "1e69f48acb82d1966a394da916b4c1698aa569d6", "v4.2.2"),
} as const;
