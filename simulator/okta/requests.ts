/**
 * The record of requests, for assertions on what a reader has asked and how.
 *
 * @module
 */

/** One request and its answer. */
export interface RequestRecord {
  /** Simulated time of arrival in epoch milliseconds. */
  readonly time: number;
  readonly method: string;
  readonly path: string;
  /** The query as sent, without the question mark. */
  readonly query: string;
  /** The name of the route, or `unknown`. */
  readonly route: string;
  readonly bucket: string;
  /** 0 when the connection was broken on purpose. */
  status: number;
  /** `ssws:<role>`, `oauth:<client id>` or `none`; never the secret. */
  credential: string;
  /** Size of the body as sent. */
  bytes: number;
  /** What the rate header said remained, when it was sent. */
  remaining: number | undefined;
  /** What was done to the request on purpose. */
  fault: string | undefined;
  /** Real milliseconds until the answer was written. */
  durationMs: number;
  /** Records in the answer. */
  items: number;
}

/** The most requests remembered; older ones are dropped. */
const CAPACITY = 200_000;

/** The requests a simulator has seen. */
export class RequestLog {
  #records: RequestRecord[] = [];

  /** Remembers a request. */
  add(record: RequestRecord): void {
    if (this.#records.length >= CAPACITY) this.#records = this.#records.slice(CAPACITY / 2);
    this.#records.push(record);
  }

  /** The remembered requests, oldest first. */
  all(): RequestRecord[] {
    return [...this.#records];
  }

  /** Forgets them. */
  clear(): void {
    this.#records = [];
  }
}
