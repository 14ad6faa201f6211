import type { CaseFile } from "../../case.ts";
import { records } from "../../invent.ts";

const patients = (seed: number, first: number) =>
  records(seed, 5, (invent, index) => ({
    resourceType: "Patient",
    id: `p${first + index}`,
    meta: { versionId: "1", lastUpdated: `${invent.time(index)}.123+00:00` },
    name: invent.some(2, () => ({
      use: invent.one(["official", "maiden"]),
      family: invent.name(),
      given: invent.some(3, () => invent.name()),
      _given: invent.chance(30) ? [null, { extension: [{ url: "x", valueString: "y" }] }] : null,
    })),
    birthDate: invent.one(["1970-01-01", "1970", "1970-01"]),
    deceasedBoolean: invent.chance(50) ? false : null,
    multipleBirthInteger: invent.chance(50) ? null : 2,
    contact: invent.some(
      1,
      () => ({ relationship: [{ coding: [{ system: "http://example.org", code: "N" }] }] }),
    ),
    extension: invent.some(
      2,
      () => ({ url: "http://example.org/e", extension: [{ url: "c", valueDecimal: invent.amount(9) }] }),
    ),
  }));

export default {
  shows: "records of patients: lists of lists of objects, keys that begin with an underscore, parts of dates",
  hints: { primary_key: "id", write_disposition: "merge" },
  runs: [[patients(26, 0)], [patients(27, 3)]],
} satisfies CaseFile;
