import type { CaseFile } from "../../case.ts";
import { records } from "../../invent.ts";

const hours = (seed: number) =>
  records(seed, 5, (invent, index) => ({
    station: {
      id: `S-${index}`,
      "lat/lon": [invent.amount(90), -invent.amount(180)],
      elevation: invent.below(900),
    },
    generationtime_ms: invent.amount(3),
    utc_offset_seconds: 3600,
    hourly_units: { time: "iso8601", temperature_2m: "°C", "wind_speed_10m": "km/h" },
    hourly: {
      time: Array.from({ length: 4 }, (_, hour) => `2024-03-01T0${hour}:00`),
      temperature_2m: Array.from({ length: 4 }, () => invent.chance(15) ? null : invent.below(400) / 10 - 10),
      wind_speed_10m: Array.from({ length: 4 }, () => invent.below(90)),
    },
    quality: invent.one([0, 1, "good", 0.5, null]),
  }));

export default {
  shows: "series of measurements as lists beside each other, with gaps and both kinds of numbers",
  runs: [[hours(12)], [hours(13)]],
} satisfies CaseFile;
