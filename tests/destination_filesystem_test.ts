/**
 * The filesystem destination passes the conformance suite.
 * @module
 */
import { filesystem } from "../destinations/filesystem.ts";
import { destinationConformance } from "./destination_conformance.ts";

destinationConformance("filesystem", {
  destination: filesystem,
  parameters: (directory) => ({ bucket_url: directory, replace_strategy: undefined }),
});
