/**
 * The form that errors of the HubSpot imitation have.
 * @module
 */
import { Refusal } from "./server.ts";

/** An error of a category. */
export function refusal(status: number, category: string, message: string, more: object = {}): Refusal {
  const correlationId = "aeb5f871-7f07-4993-9211-075dc63e7cbf";
  return new Refusal({ status, body: { status: "error", message, correlationId, category, ...more } });
}

/** The error for wrong input. */
export function invalid(message: string): Refusal {
  return refusal(400, "VALIDATION_ERROR", message);
}
