/**
 * The control plane: everything the object in the same process can do, over HTTP under `/__sim/`, so that a
 * reader in any language can be tested. It is not part of the simulated API and needs no token.
 *
 * @module
 */

import type { Fault } from "./faults.ts";
import { mutate, type Mutation } from "./mutations.ts";
import type { Reply } from "./reply.ts";
import type { StateHolder } from "./server.ts";
import { type SimulatorOptions, SimulatorState } from "./simulator.ts";
import type { Switches } from "./switches.ts";
import { truthLines, TRUTHS } from "./truth.ts";

/** A request to the control plane. */
export interface ControlRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly origin: string;
}

type Command = (holder: StateHolder, request: ControlRequest) => Reply;

/** The commands, by method and path below `/__sim/`. */
const COMMANDS: Readonly<Record<string, Command>> = {
  "GET requests": ({ state }) => lines(state.requests.all().map((record) => JSON.stringify(record))),
  "DELETE requests": ({ state }) => {
    state.requests.clear();
    return json({});
  },
  "GET politeness": ({ state }) => json(state.limiter.politeness),
  "GET clock": ({ state }) => json({ now: state.organisation.clock.now() }),
  "POST clock": ({ state }, { body }) => {
    const { advanceMs, offsetMs } = readObject(body) as { advanceMs?: number; offsetMs?: number };
    const { clock } = state.organisation;
    if (advanceMs !== undefined) clock.advance(advanceMs);
    if (offsetMs !== undefined) clock.setOffset(offsetMs);
    return json({ now: clock.now() });
  },
  "POST faults": ({ state }, { body }) => {
    for (const fault of [JSON.parse(body)].flat() as Fault[]) state.faults.add(fault);
    return json({});
  },
  "DELETE faults": ({ state }) => {
    state.faults.clear();
    return json({});
  },
  "GET switches": ({ state }) => json(state.organisation.switches),
  "POST switches": ({ state }, { body }) => {
    Object.assign(state.organisation.switches, readObject(body) as Partial<Switches>);
    return json(state.organisation.switches);
  },
  "POST mutate": ({ state }, { body }) => {
    const mutations = [JSON.parse(body)].flat() as Mutation[];
    const results = mutations.map((mutation) => mutate(state, mutation));
    return json(results.length === 1 ? results[0] : results);
  },
  "POST reset": (holder, { body }) => {
    const changes = (body.trim() === "" ? {} : readObject(body)) as SimulatorOptions;
    holder.state = new SimulatorState({ ...holder.state.options, ...changes });
    return json({ tokens: holder.state.tokens.tokens });
  },
  "GET tokens": ({ state }) => json(state.tokens.tokens),
  "GET service-apps": ({ state }) => json(state.oauth.apps),
  "GET truth": () => json({ resources: TRUTHS }),
};

/** Answers a request to the control plane. */
export function answerControl(holder: StateHolder, request: ControlRequest): Reply {
  const path = request.url.pathname.slice("/__sim/".length);
  try {
    const resource = /^truth\/(.+)$/.exec(path)?.[1];
    if (resource !== undefined && request.method === "GET") {
      return lines(truthLines(holder.state.organisation, resource, request.origin));
    }
    const name = `${request.method} ${path}`;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command) return command(holder, request);
    return json({ error: `There is no ${name}; there are ${Object.keys(COMMANDS).join(", ")}` }, 404);
  } catch (error) {
    const isInput = error instanceof RangeError || error instanceof SyntaxError;
    if (!isInput) throw error;
    return json({ error: error.message }, 400);
  }
}

function readObject(body: string): object {
  const value: unknown = JSON.parse(body);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new RangeError("Cannot read the body: a JSON object is required");
}

function json(value: unknown, status = 200): Reply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value), items: 0 };
}

function lines(texts: Iterable<string>): Reply {
  return {
    status: 200,
    headers: { "content-type": "application/x-ndjson" },
    body: "",
    lines: texts,
    items: 0,
  };
}
