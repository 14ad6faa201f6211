/**
 * Lets response actions see an answer before anything is concluded from it, and takes over what they change.
 * @module
 */
import { ExtractError, SluiceError } from "../pipeline/errors.ts";
import { bodyText, type Received, unpack } from "./body.ts";
import type { Answer } from "./exchange.ts";
import type { Throttle } from "./rate_headers.ts";
import type { Permit } from "./rate_limit.ts";
import type { ServerClock } from "./timer.ts";
import type { ActionResponse, Actions } from "./types.ts";

/** An answer as the actions left it. */
export interface Acted extends Received {
  /** The action that ends the walk. */
  readonly ended?: string;
}

/** Who has a say in an answer. */
export interface AnswerParties {
  readonly permit: Permit;
  /** The clock of the server that sent it. */
  readonly clock: ServerClock;
  readonly signal: AbortSignal;
  /** The URL that was asked for, without credentials. */
  readonly url: string;
  readonly actions?: Actions;
}

/**
 * Unpacks an answer, lets the actions see it, and gives its permit back.
 *
 * @throws {ExtractError} "response-action" when one fails or leaves what is no status or text
 */
export async function settleAnswer(
  answer: Answer,
  { permit, clock, signal, url, actions }: AnswerParties,
): Promise<Acted & { readonly throttle?: Throttle }> {
  if (!actions || answer.status !== 429) {
    // The permit goes back first: an action may send requests of its own.
    const throttle = permit.finish(answer, clock);
    const received = await unpack(answer);
    return actions ? await applyActions(received, { url, actions, signal }) : { ...received, throttle };
  }
  let acted: Acted;
  try {
    acted = await applyActions(await unpack(answer), { url, actions, signal });
  } catch (error) {
    permit.finish(answer, clock);
    throw error;
  }
  // What an action takes for something else is no limit.
  const isLimit = acted.ended === undefined && acted.status === 429;
  const head = isLimit ? answer : { status: 200, headers: answer.headers };
  return { ...acted, throttle: permit.finish(head, clock) };
}

async function applyActions(
  answer: Received,
  { url, actions, signal }: { url: string; actions: Actions; signal: AbortSignal },
): Promise<Acted> {
  const view = new View(answer, url);
  try {
    const ended = await actions(view) ?? undefined;
    return { ...view.received(), ended };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof SluiceError ? error : failed(error);
  }
}

/** The answer as actions see it; decoded when somebody looks. */
class View implements ActionResponse {
  readonly url: string;
  status: number;
  readonly headers: Headers;
  readonly #answer: Received;
  #original: string | undefined;
  #text: string | undefined;

  constructor(answer: Received, url: string) {
    this.url = url;
    this.status = answer.status;
    // A copy: those of an answer cannot be changed, and its charset is a thing to correct.
    this.headers = new Headers(answer.headers);
    this.#answer = answer;
  }
  get text(): string {
    return this.#text ?? (this.#original ??= bodyText({ ...this.#answer, headers: this.headers }));
  }
  set text(text: string) {
    this.#text = text;
  }

  received(): Received {
    const { status, headers } = this;
    if (!Number.isInteger(status) || status < 100 || status > 599) {
      throw misused(`it set the status to a ${typeof status} that is none, one from 100 to 599 is required`);
    }
    if (this.#text === undefined || this.#text === this.#original) {
      return { ...this.#answer, status, headers };
    }
    if (typeof this.#text !== "string") {
      throw misused(`it set the text to a value of type ${typeof this.#text}, text is required`);
    }
    // What is written here is UTF-8, whatever came.
    const type = headers.get("content-type");
    if (type !== null) headers.set("content-type", type.split(";")[0]!);
    return { status, headers, bytes: new TextEncoder().encode(this.#text), isRewritten: true };
  }
}

/** The error of an action that threw. Its own message may quote the body, so only its kind and place are said. */
function failed(error: unknown): ExtractError {
  const name = error instanceof Error ? error.name : `a ${typeof error}`;
  const place = error instanceof Error ? placeOf(error) : undefined;
  return new ExtractError(`Cannot use the answer: a response action threw ${name}`, {
    code: "response-action",
    at: place,
    next: "correct the function of response_actions",
  });
}

function misused(state: string): ExtractError {
  return new ExtractError(`Cannot use the answer of a response action: ${state}`, {
    code: "response-action",
    next: "correct the function of response_actions",
  });
}

function placeOf({ stack = "" }: Error): { file: string; line: number; columnNumber: number } | undefined {
  const frame = /^\s+at .*?\(?(file:\/\/[^\s()]+?):(\d+):(\d+)\)?$/m.exec(stack);
  if (!frame) return undefined;
  const [, url, line, column] = frame;
  return { file: decodeURI(new URL(url!).pathname), line: Number(line), columnNumber: Number(column) };
}
