/**
 * What a hand-written resource works with.
 * @module
 */
import { ConfigError, ExtractError } from "../pipeline/errors.ts";
import type { Emit } from "../pipeline/events.ts";
import type { JsonObject } from "../pipeline/json.ts";
import type { AnswerBook } from "../rest/answers.ts";
import { RestClient } from "../rest/client.ts";
import type { ClientConfig } from "../rest/types.ts";
import { plainJson } from "./plain_json.ts";
import type { ExtractContext, IncrementalValues } from "./definition/source.ts";

/** What an {@link ExtractContext} is made of. */
export interface ExtractContextParts {
  /** The resource. */
  readonly name: string;
  readonly client?: RestClient;
  readonly parent?: JsonObject;
  readonly incremental?: IncrementalValues;
  readonly state: JsonObject;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly answers?: AnswerBook;
}

/** Makes the context; what the resource does not have is an error only when it is used. */
export function extractContext(
  { name, client, parent, emit, answers, ...parts }: ExtractContextParts,
): ExtractContext {
  // Another client does not know whose it is.
  const emitOwn: Emit = (event) => {
    const isAboutRequest = event.type === "request" || event.type === "wait" || event.type === "budget";
    emit(isAboutRequest ? { ...event, resource: event.resource ?? name } : event);
  };
  const own = answers && ownAnswers(answers, name);
  const context = {
    ...(client && { client: client.forResource(name) }),
    ...(parent && { parent }),
    restClient: (config: ClientConfig) =>
      new RestClient(config, { signal: parts.signal, emit: emitOwn, answers: own }),
    incremental: parts.incremental ?? {},
    state: parts.state,
    signal: parts.signal,
    warn: (code: string, message: string) => emit({ type: "warning", code, message, resource: name }),
  };
  for (const [what, next] of Object.entries(ADVICE)) {
    if (what in context) continue;
    // Not enumerable, so that a copy of the context can be made without asking for what is missing.
    Object.defineProperty(context, what, {
      get() {
        throw new ConfigError(`Cannot read "${name}": it uses "${what}" and has none`, {
          code: `no-${what}`,
          next,
        });
      },
    });
  }
  return context as ExtractContext;
}

/** The requests of another client are those of the resource, too. */
function ownAnswers(answers: AnswerBook, name: string): AnswerBook {
  return {
    recall: (_owner, key) => answers.recall(name, key),
    keep: (_owner, key, answer) => answers.keep(name, key, answer),
  };
}

const ADVICE = {
  client: 'return "client" with a base_url beside "resources", or use restClient({ base_url })',
  parent: 'name the resource that feeds it in "data_from"',
};

/**
 * Makes of what an author's function left in its state the JSON that will be stored.
 *
 * @throws {ExtractError} "source-failed" when that is not possible
 */
export function settleState(state: JsonObject, resource: string): void {
  let plain: JsonObject;
  try {
    plain = plainJson(state) as JsonObject;
  } catch (cause) {
    throw new ExtractError(`Cannot read "${resource}": its own function keeps a state that is no JSON`, {
      code: "source-failed",
      at: { resource },
      next: "keep texts, numbers, lists and objects in the state, none of which holds itself",
      cause,
    });
  }
  for (const key of Object.keys(state)) delete state[key];
  Object.assign(state, plain);
}
