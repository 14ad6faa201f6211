/**
 * The extraction of a run: pages into its package, rows into its load, and what is kept of it when it fails.
 * @module
 */
import { resourceGraph } from "../extract/graph.ts";
import { extract } from "../extract/mod.ts";
import { planned } from "../extract/resource_summary.ts";
import type { AnswerFile } from "./answer_file.ts";
import type { Stored } from "./destination.ts";
import {
  ExtractError,
  InterruptedError,
  LoadError,
  NormalizeError,
  SluiceError,
  StateError,
} from "./errors.ts";
import type { Emit } from "./events.ts";
import type { Loading } from "./load.ts";
import type { LoadPackage } from "./load_package.ts";
import { Loader } from "./loader.ts";
import { Naming } from "./naming.ts";
import type { Work } from "./packages.ts";
import { startingState } from "./run_settings.ts";
import { stateHash } from "./state.ts";
import { recordsOf } from "./stored_records.ts";

/** What is to be extracted. */
export interface Extracting {
  /** What the dataset knew when the run began. */
  readonly stored: Stored;
  readonly resources: readonly string[];
  /** When the extraction that is gone on with began, epoch milliseconds. */
  readonly since?: number;
}

/**
 * Extracts into a package and makes rows of it meanwhile. What fails keeps what the API answered so far, for the
 * next run to go on from.
 *
 * @returns the load that holds the rows, ready to be finished
 */
export async function extractInto(work: Work, pkg: LoadPackage, what: Extracting): Promise<Loader> {
  // Whose answers of earlier runs are left to doubt. Those of this run are not: asking on and on would be all.
  const doubtful = new Set(pkg.answers.owners);
  try {
    for (;;) {
      const loader = new LateLoader(() => Loader.begin(loadingOf(work, pkg, what.resources)));
      try {
        await extractOnce(work, pkg, { ...what, loader });
        return await loader.get();
      } catch (error) {
        await loader[Symbol.asyncDispose]();
        if (work.signal.aborted) throw error;
        if (!await fallBack(pkg.answers, { error, doubtful, emit: work.journal.emit })) throw error;
        await pkg.startOver();
        await pkg.answers.index();
      }
    }
  } catch (error) {
    throw await keepAnswers(work, pkg, error);
  }
}

async function extractOnce(
  work: Work,
  pkg: LoadPackage,
  { stored, resources: selected, since, loader }: Extracting & { loader: LateLoader },
): Promise<void> {
  const { pipelineName, datasetName, resolved, options, settings, journal, destination } = work;
  const schemaName = schemaNameOf(work);
  const header = { pipelineName, datasetName, schemaName, destination: destination.name };
  const state = startingState(stored.state, header, { ...settings, fullRefresh: options.fullRefresh });
  const resources = journal.resources = await extract({
    sourceName: schemaName,
    source: resolved,
    resources: selected,
    limit: options.limit,
    fullRefresh: options.fullRefresh || settings.refresh !== undefined,
    state,
    answers: pkg.answers,
    since,
    signal: work.signal,
    emit: journal.emit,
    timer: options.timer,
  }, {
    async append(resource, page, records) {
      await pkg.append(resource, page);
      const load = await loader.get();
      if (!load.streams(resource)) return;
      // What code of an author's made is taken as it will be read back.
      const isAsItCame = !(page.body instanceof Uint8Array);
      await load.take(resource, isAsItCame && records ? records : recordsOf(await pkg.readBack(page)));
    },
    addKey: (resource, key, walked) => pkg.addKey(resource, key, walked),
  });
  await pkg.seal({ resources, state, onto: stateHash(stored.state) ?? null });
}

/** A load that begins when it is needed: a run that gets nothing leaves nothing behind. */
class LateLoader implements AsyncDisposable {
  readonly #begin: () => Promise<Loader>;
  #loader: Promise<Loader> | undefined;

  constructor(begin: () => Promise<Loader>) {
    this.#begin = begin;
  }

  get(): Promise<Loader> {
    return this.#loader ??= this.#begin();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#loader?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }
}

function loadingOf(work: Work, { manifest: head }: LoadPackage, selected: readonly string[]): Loading {
  const { resolved, session, destination, signal, rules, journal: { emit }, schemaFiles: { amend } } = work;
  const nodes = resourceGraph(resolved.resources, selected).filter(({ loads }) => loads);
  const resources = Object.fromEntries(nodes.map(({ name, resource }) => [name, planned(resource)]));
  return { head, resources, session, destination, signal, emit, amend, rules };
}

/** The name of the schema of a run's tables. */
export function schemaNameOf({ source }: Work): string {
  return new Naming().identifier(source.definition.name);
}

/** Drops answers that an extraction could not go on from, so that those resources are read from their start. */
async function fallBack(
  answers: AnswerFile,
  { error, doubtful, emit }: { error: unknown; doubtful: Set<string>; emit: Emit },
): Promise<boolean> {
  const owners = stale(answers, error).filter((owner) => doubtful.has(owner));
  for (const owner of owners) {
    doubtful.delete(owner);
    await answers.forget(owner);
    const message = "could not go on where the earlier run stopped, and is read from its start";
    emit({ type: "warning", code: "resume-refused", resource: owner, message });
  }
  return owners.length > 0;
}

/** Whose old answers an error speaks against: the API has forgotten a cursor, or a page was not what it seemed. */
function stale({ stalled, recalled, added }: AnswerFile, error: unknown): string[] {
  // The disk, the network and the credentials are another matter.
  const isAboutData = error instanceof LoadError && error.isAboutData;
  if ((error instanceof LoadError && !isAboutData) || error instanceof StateError) return [];
  if (error instanceof SluiceError && error.recovery === "retry") return [];
  if (error instanceof ExtractError && (error.status === 401 || error.status === 403)) return [];
  const failed = error instanceof SluiceError ? error.at.resource : undefined;
  const isAboutPage = error instanceof ExtractError && error.status === undefined;
  if (isAboutPage || isAboutData || error instanceof NormalizeError) {
    // Its own pages first; a record that it cannot do with may be one of those above, too.
    return failed !== undefined && recalled.includes(failed) ? [failed] : recalled;
  }
  if (failed !== undefined && stalled.includes(failed)) return [failed];
  return added ? [] : stalled;
}

/** Keeps what the API answered for the next run, if there is any of it, and returns what is to be thrown. */
async function keepAnswers({ journal, signal }: Work, pkg: LoadPackage, error: unknown): Promise<unknown> {
  const { count } = pkg.answers;
  if (pkg.isWorthKeeping) await pkg.answers.sync().catch(() => {});
  else await pkg.remove();
  const kept = `${count} answer${count === 1 ? "" : "s"} of the API`;
  if (signal.aborted) {
    return stopped(error, count ? `run again: it goes on after ${kept}; --fresh starts over` : undefined);
  }
  if (count) {
    const message = `${kept} are kept: the next run goes on after them, --fresh starts over`;
    journal.emit({ type: "warning", code: "extraction-kept", message });
  }
  return error;
}

/** What an error is once the run was asked to stop. */
export function interrupted(error: unknown, signal: AbortSignal): InterruptedError | undefined {
  if (!signal.aborted) return undefined;
  return error instanceof InterruptedError && error !== signal.reason ? error : stopped(error);
}

function stopped(
  cause: unknown,
  next = "run again; the tables are as they were before this run",
): InterruptedError {
  return new InterruptedError("Stopped before the load was published", { code: "interrupted", next, cause });
}
