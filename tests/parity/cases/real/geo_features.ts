import type { CaseFile } from "../../case.ts";
import { type Invent, records } from "../../invent.ts";

const point = (invent: Invent) => [invent.below(3600) / 10 - 180, invent.below(1800) / 10 - 90];

const features = (seed: number) =>
  records(seed, 5, (invent, index) => {
    const type = invent.one(["Point", "LineString", "Polygon", "MultiPolygon"]);
    const line = () => Array.from({ length: 3 }, () => point(invent));
    const coordinates = {
      Point: point(invent),
      LineString: line(),
      Polygon: [line(), line()],
      MultiPolygon: [[line()]],
    };
    return {
      type: "Feature",
      id: `${seed}.${index}`,
      geometry: invent.chance(10) ? null : { type, coordinates: coordinates[type as "Point"] },
      properties: {
        "name:en": invent.name(),
        "ISO-3166": "XX",
        pop_est: invent.below(1e9),
        "@id": index,
        bbox: point(invent),
      },
    };
  });

export default {
  shows: "places on a map: lists of coordinates one to four deep under one key",
  runs: [[features(14)], [features(15)]],
} satisfies CaseFile;
