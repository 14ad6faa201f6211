/**
 * Flat records of ten columns.
 * @module
 */
import { SERIAL } from "./template.ts";

/** Records of a page. */
export const PAGE_RECORDS = 1000;
/** When all records were changed last, at first. */
export const FIRST_MOMENT = "2024-01-01T00:00:00Z";

const COUNTRIES = ["DE", "FR", "JP", "BR", "NG"];
const NOTES = [null, "ordered again after a call", "Größe geprüft", 'says "later"', ""];

/** Text of the nth record of a page. */
export function flatRecord(index: number, updated = FIRST_MOMENT, name = "Customer"): string {
  return JSON.stringify({
    id: SERIAL,
    name: `${name} ${index}`,
    email: `customer${SERIAL}@shop.example`,
    country: COUNTRIES[index % 5],
    updated_at: updated,
    amount: index % 997 + 0.25,
    quantity: index % 13,
    active: index % 3 > 0,
    rating: index % 41 / 8 + 0.0625,
    note: NOTES[index % 7 % 5],
  }).replace(`"${SERIAL}"`, SERIAL);
}
