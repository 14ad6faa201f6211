/**
 * Many small walks at once whose results still come out in the order they were started: the oldest one
 * writes through, younger ones hold a few results and then wait their turn.
 * @module
 */

/** Hands one result on. Resolves when there is room for the next; with `isAwaited` when it was taken. */
export type Emit<T> = (result: T, isAwaited?: boolean) => Promise<void>;

// Most tasks have one page and an end.
const HELD_RESULTS = 3;

interface Task<T> {
  readonly held: T[];
  turn?: () => void;
  done: boolean;
}

/** How many tasks there may be. */
export interface TaskLimits {
  /** That run. */
  readonly atOnce: number;
  /** Whose results were not all taken yet. Asked again whenever some were. */
  inLine(): number;
}

/** Runs tasks with bounded concurrency and bounded memory. */
export class OrderedTasks<T> {
  readonly #limits: TaskLimits;
  readonly #deliver: (result: T) => Promise<void>;
  readonly #queue: Task<T>[] = [];
  #running = 0;
  #failure: { error: unknown } | undefined;
  #room: (() => void)[] = [];
  #delivery: Promise<void> = Promise.resolve();

  /** @param deliver receives results one at a time, in order */
  constructor(limits: TaskLimits, deliver: (result: T) => Promise<void>) {
    this.#limits = limits;
    this.#deliver = deliver;
  }

  get #hasRoom(): boolean {
    const { atOnce, inLine } = this.#limits;
    return this.#running < atOnce && this.#queue.length < Math.max(1, Math.min(2 * atOnce, inLine()));
  }

  /** Starts a task, waiting while too many run or are held. @throws what an earlier task threw */
  async add(run: (emit: Emit<T>) => Promise<void>): Promise<void> {
    while (!this.#failure && !this.#hasRoom) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
    this.#check();
    const task: Task<T> = { held: [], done: false };
    this.#queue.push(task);
    this.#running++;
    run((result, isAwaited) => this.#emit(task, result, isAwaited))
      .catch((error) => this.#failure ??= { error })
      .finally(() => {
        this.#running--;
        task.done = true;
        return this.#advance();
      })
      .catch((error) => this.#failure ??= { error })
      .finally(() => this.#wake());
  }

  /** Resolves when all tasks are done and delivered. @throws what the first failing task threw */
  async finish(): Promise<void> {
    while (!this.#failure && this.#queue.length) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
    while (this.#running) await new Promise<void>((resolve) => this.#room.push(resolve));
    await this.#delivery;
    this.#check();
  }

  /** Gives up: tasks that run may end, nothing more is delivered. Resolves when all is quiet; never throws. */
  async cancel(reason: unknown): Promise<void> {
    this.#failure ??= { error: reason };
    this.#wake();
    await this.finish().catch(() => {});
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async #emit(task: Task<T>, result: T, isAwaited = false): Promise<void> {
    this.#check();
    task.held.push(result);
    if (this.#queue[0] === task) return await this.#advance();
    if (!isAwaited && task.held.length < HELD_RESULTS) return;
    await new Promise<void>((resolve) => task.turn = resolve);
    this.#check();
    await this.#advance();
  }

  /** Delivers what the oldest task holds, and goes on to the next while tasks are done. */
  #advance(): Promise<void> {
    this.#delivery = this.#delivery.then(async () => {
      for (let head = this.#queue[0]; head; head = this.#queue[0]) {
        while (head.held.length && !this.#failure) await this.#deliver(head.held.shift()!);
        if (!head.done && !this.#failure) break;
        this.#queue.shift();
        this.#queue[0]?.turn?.();
      }
      this.#wake();
    });
    return this.#delivery;
  }

  #wake(): void {
    if (this.#failure) this.#queue.forEach((task) => task.turn?.());
    const waiting = this.#room;
    this.#room = [];
    waiting.forEach((resolve) => resolve());
  }
}
