/**
 * What a person is asked on a terminal: only what nobody else can know, each with an answer that Enter gives.
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { InterruptedError } from "../../pipeline/errors.ts";
import { nearest } from "../../pipeline/nearest.ts";
import { SIGN_IN_KINDS, type SignInKind } from "../../openapi/sign_in.ts";
import { readBaseUrl } from "./base_url.ts";
import { readListPath } from "./list_path.ts";

/** Somebody who answers. */
export interface Respondent {
  /** The line that was typed; undefined when nothing will come any more. */
  ask(question: string): Promise<string | undefined>;
  /** Tells something in between. */
  tell(text: string): void;
}

const MOST_TRIES = 5;

/** Asks for the base URL; undefined leaves it open. */
export async function askBaseUrl({ ask, tell }: Respondent): Promise<string | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const text = await ask("Base URL of the API, e.g. https://api.example.com/v1 (Enter: later): ");
    if (!text?.trim()) return undefined;
    const read = readBaseUrl(text);
    if ("url" in read) return read.url;
    tell(`That cannot be used: ${read.problem}`);
  }
}

/** Asks how to sign in. */
export async function askSignIn({ ask, tell }: Respondent): Promise<SignInKind> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const text = (await ask(`How to sign in, one of ${SIGN_IN_KINDS.join(", ")} (Enter: bearer): `))?.trim();
    if (!text) return "bearer";
    const kind = SIGN_IN_KINDS.find((each) => each === text.toLowerCase().replace(/[\s-]+/g, "_"));
    if (kind) return kind;
    tell(`That is not one of them; did you mean "${nearest(text, SIGN_IN_KINDS)}"?`);
  }
  return "bearer";
}

/** Asks for a list to start with. */
export async function askPath({ ask, tell }: Respondent): Promise<string> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const text = await ask("A list to load, as a path below the base URL (Enter: users): ");
    if (!text?.trim()) break;
    const read = readListPath(text);
    if ("path" in read) return read.path;
    tell(`That cannot be used: ${read.problem}`);
  }
  return "users";
}

/** The person at the terminal. Questions go to standard error, so that results can be redirected. */
export function terminalRespondent(): Respondent {
  return {
    ask: (question) =>
      new Promise((resolve, reject) => {
        const lines = createInterface({ input: process.stdin, output: process.stderr });
        let isDone = false;
        const finish = (settle: () => void) => {
          isDone = true;
          lines.close();
          settle();
        };
        lines.on("SIGINT", () => {
          process.stderr.write("\n");
          finish(() => reject(new InterruptedError("Interrupted", { code: "interrupted" })));
        });
        lines.on("close", () => {
          if (!isDone) {
            finish(() => resolve(undefined));
          }
        });
        lines.question(question, (answer) => finish(() => resolve(answer)));
      }),
    tell: (text) => process.stderr.write(`${text}\n`),
  };
}
