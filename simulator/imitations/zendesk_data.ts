/**
 * The invented tickets behind the Zendesk imitation.
 * @module
 */
import { DAY, dice, isoSeconds, madeAt, person, TEXTS, TITLES } from "./invent.ts";

/** A ticket. */
export interface ZendeskTicket {
  readonly id: number;
  readonly subject: string;
  readonly status: string;
  readonly priority: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** Epoch seconds of the last change of any kind; this is what exports go by. */
  readonly generated_timestamp: number;
  readonly [key: string]: unknown;
}

/** What can be changed about a ticket. */
export type ZendeskTicketChanges = Partial<Pick<ZendeskTicket, "subject" | "status" | "priority">>;

/** One ticket; its dates follow from when it was made. */
export function inventTicket(
  seed: number,
  index: number,
  { site, createdMs, isNew = false }: { site: string; createdMs: number; isNew?: boolean },
): ZendeskTicket {
  const die = dice(seed, "ticket", index);
  const id = 35_000 + index;
  // A trigger touched every fifth ticket at the same second, two and a half months after the last was made.
  const touchedMs = madeAt(1, 1) + 75 * DAY;
  const changedMs = isNew ? createdMs : index % 5 === 4 ? touchedMs : createdMs + die.below(60 * DAY);
  const subject = die.pick(TITLES);
  const updatedMs = isNew ? createdMs : createdMs + Math.floor((changedMs - createdMs) / 2);
  return {
    url: `${site}/api/v2/tickets/${id}.json`,
    id,
    external_id: die.chance(0.2) ? `ext-${die.code(5)}` : null,
    via: { channel: die.pick(["web", "email", "api"]), source: { from: {}, to: {}, rel: null } },
    created_at: isoSeconds(createdMs),
    updated_at: isoSeconds(updatedMs),
    generated_timestamp: Math.floor(changedMs / 1000),
    type: die.chance(0.6) ? die.pick(["incident", "question", "problem"]) : null,
    subject,
    raw_subject: subject,
    description: die.pick(TEXTS),
    priority: die.chance(0.7) ? die.pick(["low", "normal", "high", "urgent"]) : null,
    status: die.pick(["new", "open", "pending", "solved", "closed"]),
    recipient: die.chance(0.3) ? person(seed, index).email : null,
    requester_id: 20_978_392_000 + die.below(50),
    assignee_id: die.chance(0.8) ? 235_323 + die.below(5) : null,
    organization_id: die.chance(0.5) ? 509_974 : null,
    collaborator_ids: die.some([35_334, 234, 235_324], 2),
    follower_ids: [],
    has_incidents: false,
    due_at: null,
    tags: die.some(["enterprise", "größe_m", "返品", "other_tag"], 3),
    custom_fields: [
      { id: 27_642, value: die.chance(0.5) ? String(die.below(900)) : null },
      { id: 27_648, value: die.chance(0.5) },
    ],
    satisfaction_rating: die.chance(0.3)
      ? { score: "good", id: 1234 + index, comment: "Danke! 👍" }
      : { score: "unoffered" },
    sharing_agreement_ids: [],
    custom_status_id: die.below(6) + 1,
    encoded_id: die.code(6, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"),
    allow_channelback: false,
    is_public: die.chance(0.9),
  };
}
