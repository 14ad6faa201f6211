/**
 * Reads the pages of a resource, for a parent record or for all, in whichever way it is written: an endpoint or
 * an author's function.
 * @module
 */
import { SluiceError } from "../pipeline/errors.ts";
import type { Emit } from "../pipeline/events.ts";
import { type JsonObject, parseJson, stringifyJson } from "../pipeline/json.ts";
import type { AnswerBook } from "../rest/answers.ts";
import type { RestClient } from "../rest/client.ts";
import type { Cursor } from "./cursor.ts";
import type { CursorValue } from "./cursor_value.ts";
import { type EndedBy, EndpointReader } from "./endpoint_reader.ts";
import { extractContext } from "./extract_context.ts";
import type { ResourceNode } from "./graph.ts";
import { readOwnPages, type UsePage } from "./own_pages.ts";
import { cursorParams } from "./definition/resolve.ts";
import type { RecordsFunction } from "./definition/source.ts";

/** What a {@link ResourceReader} works with. */
export interface ReaderParts {
  readonly client?: RestClient;
  /** The resource's state. */
  readonly state: JsonObject;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly answers?: AnswerBook;
  /** Ask for pages while one is dealt with; not where a walk may end early. */
  readonly prefetch: boolean;
}

/** Whose records are read, and from where on. */
export interface Reading {
  readonly parent?: JsonObject;
  readonly cursor?: Cursor;
  /** Undefined: from the beginning. */
  readonly from?: CursorValue;
}

/** Reads one resource. */
export class ResourceReader {
  readonly #node: ResourceNode;
  readonly #parts: ReaderParts;
  readonly #endpoint: EndpointReader | undefined;

  constructor(node: ResourceNode, parts: ReaderParts) {
    this.#node = node;
    this.#parts = parts;
    const { name, resource: { endpoint } } = node;
    const { client, prefetch, emit } = parts;
    const warn = (code: string, message: string) => emit({ type: "warning", code, message, resource: name });
    // A source without a client has no endpoints; that was checked.
    if (endpoint) this.#endpoint = new EndpointReader(endpoint, { name, client: client!, prefetch, warn });
  }

  /**
   * Hands page after page to `use`, until it returns false.
   *
   * @returns what ended the pages before their end, if anything did
   * @throws {SluiceError} that names the resource
   */
  async read(reading: Reading, use: UsePage): Promise<EndedBy | undefined> {
    const { name, resource: { records } } = this.#node;
    try {
      if (this.#endpoint) return await this.#readEndpoint(this.#endpoint, reading, use);
      await this.#readByHand(records!, reading, use);
      return undefined;
    } catch (error) {
      throw error instanceof SluiceError ? error.within({ resource: name }) : error;
    }
  }

  async #readEndpoint(
    endpoint: EndpointReader,
    { parent, cursor, from }: Reading,
    use: UsePage,
  ): Promise<EndedBy | undefined> {
    const values = cursor?.values(from);
    const params = cursor && values ? cursorParams(cursor.config, values) : {};
    const above = parent && { name: this.#node.parent!.name, record: parent };
    return await endpoint.read({ parent: above, incremental: values }, params, use);
  }

  async #readByHand(
    records: RecordsFunction,
    { parent, cursor, from }: Reading,
    use: UsePage,
  ): Promise<void> {
    const { name } = this.#node;
    const { signal } = this.#parts;
    const values = cursor && {
      ...cursor.values(from),
      get last_value() {
        return cursor.reached(from);
      },
    };
    const context = extractContext({
      ...this.#parts,
      name,
      // What the function does to it must not reach the parent's other children.
      parent: parent && parseJson(stringifyJson(parent)) as JsonObject,
      incremental: values,
    });
    await readOwnPages(() => records(context), { what: "its own function", resource: name, signal }, use);
  }
}
