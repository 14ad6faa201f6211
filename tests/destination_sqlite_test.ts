/**
 * The SQLite destination passes the conformance suite.
 * @module
 */
import { sqlite } from "../destinations/sqlite.ts";
import { destinationConformance } from "./destination_conformance.ts";

destinationConformance("sqlite", {
  destination: sqlite,
  parameters: (directory) => ({
    credentials: `sqlite:///${directory}/data.sqlite`,
    lock_timeout: 0,
    replace_strategy: undefined,
  }),
  // SQLite cannot read a database in WAL mode without its two files of shared state.
  companionFiles: /-(?:shm|wal)$/,
});
