/**
 * Every kind of fault by name, and what a fault does to an answer.
 *
 * @module
 */

import { BODY_FAULTS } from "./fault_bodies.ts";
import { CONNECTION_FAULTS } from "./fault_connection.ts";
import { HEADER_FAULTS } from "./fault_headers.ts";
import {
  type FaultAction,
  type FaultKind,
  type FaultKinds,
  type FaultName,
  type FaultSite,
  placeOf,
} from "./fault_kinds.ts";
import { PAGE_FAULTS } from "./fault_pages.ts";
import { STATUS_FAULTS } from "./fault_status.ts";
import type { Reply } from "./reply.ts";

/** All kinds. */
export const FAULTS: FaultKinds = {
  ...CONNECTION_FAULTS,
  ...STATUS_FAULTS,
  ...HEADER_FAULTS,
  ...BODY_FAULTS,
  ...PAGE_FAULTS,
};

/** Names of all kinds. */
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** The ways to throw a kind at a reader. */
export function samplesOf(name: FaultName): readonly FaultAction[] {
  const { samples = [{}] } = FAULTS[name];
  return samples.map((parameters) => ({ kind: name, ...parameters }) as FaultAction);
}

/** The answer a fault gives in place of the real one, or `undefined` when the real one is to be made. */
export function breakAnswer(fault: FaultAction | undefined, site: FaultSite): Reply | undefined {
  return fault && kindOf(fault).instead?.(fault, site);
}

/** The answer that was made, as it is sent: with what an earlier one held back, and spoiled by a fault. */
export function breakReply(made: Reply, fault: FaultAction | undefined, site: FaultSite): Reply {
  const { list, memory, url } = site;
  const records = made.status === 200 ? list.records(made) : undefined;
  const held = records && memory.held.get(placeOf(url));
  const reply = held === undefined ? made : list.withRecords(made, [held, ...records!]);
  const broken = fault ? kindOf(fault).spoil?.(reply, fault, site) ?? reply : reply;
  if (records) memory.pages.set(url.pathname, records);
  return broken;
}

function kindOf({ kind }: FaultAction): FaultKind {
  // The parameters of an action are those of its kind.
  return FAULTS[kind] as unknown as FaultKind;
}
