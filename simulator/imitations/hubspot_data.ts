/**
 * The invented contacts behind the HubSpot imitation, and how they are shown.
 * @module
 */
import { DAY, dice, isoMilliseconds, madeAt, person } from "./invent.ts";

/** A contact with all of its properties; answers show those that are asked for. */
export interface HubspotContact {
  readonly id: string;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly archived: false;
}

const ALWAYS_SHOWN = ["createdate", "hs_object_id", "lastmodifieddate"];
/** The properties that are shown when none are asked for. */
export const DEFAULT_PROPERTIES = [
  "createdate",
  "email",
  "firstname",
  "hs_object_id",
  "lastmodifieddate",
  "lastname",
];

/** One contact of so many. */
export function inventContact(seed: number, index: number, count: number): HubspotContact {
  const die = dice(seed, "contact", index);
  const { first, last, email, place } = person(seed, index);
  const id = String(51 + index * 3);
  const created = madeAt(index, count);
  const createdAt = isoMilliseconds(created);
  const updatedAt = isoMilliseconds(created + die.below(40 * DAY));
  return {
    id,
    properties: {
      annualrevenue: die.chance(0.5) ? String(die.below(1_000_000)) : null,
      city: place.city,
      createdate: createdAt,
      email: die.chance(0.9) ? email : null,
      firstname: first,
      hs_object_id: id,
      jobtitle: die.chance(0.4) ? die.pick(["CEO", "Einkäuferin", "部長", "Data Analyst"]) : null,
      lastmodifieddate: updatedAt,
      lastname: last,
      lifecyclestage: die.pick(["lead", "customer", "subscriber"]),
      phone: die.chance(0.5) ? null : `+49 30 ${die.code(7, "0123456789")}`,
    },
    createdAt,
    updatedAt,
    archived: false,
  };
}

/** A contact with some of its properties. */
export function shown(
  contact: HubspotContact,
  names: readonly string[] = DEFAULT_PROPERTIES,
): HubspotContact {
  const known = [...new Set([...ALWAYS_SHOWN, ...names])].filter((name) =>
    Object.hasOwn(contact.properties, name)
  );
  const properties = Object.fromEntries(known.sort().map((name) => [name, contact.properties[name]]));
  return { ...contact, properties };
}
