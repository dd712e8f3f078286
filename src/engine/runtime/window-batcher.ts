// Gathers items that may wait a little: the first runs at once, and the items that come within the window after it run
// together at the window's end. So scattered items cost one run a window, and a lone item does not wait. Runs never
// overlap.
import { overloaded, Refused } from "../../core/refusal.ts";

export type WindowBatcherOptions<Item, Answer> = {
  readonly run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** How long an item may wait for others. */
  readonly windowMs: (item: Item) => number;
};

/** What one run takes; the next one follows at once when there is more. */
const runMax = 1_000;
/** A few windows' worth of the most sessions that a server can have. Beyond it, callers are told to retry. */
const waitingMax = 50_000;
const overloadedRetryMs = 1_000;

type Waiting<Item, Answer> = {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

export function createWindowBatcher<Item, Answer>({ run, windowMs }: WindowBatcherOptions<Item, Answer>) {
  const waiting: Waiting<Item, Answer>[] = [];
  let lastRunMs = Number.NEGATIVE_INFINITY;
  let isRunning = false;
  /** When the next run is due. */
  let dueMs = Number.POSITIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function schedule(): void {
    clearTimeout(timer);
    if (isRunning || waiting.length === 0) return;
    const inMs = waiting.length >= runMax ? 0 : dueMs - performance.now();
    if (inMs <= 0) void runOnce();
    else timer = setTimeout(schedule, Math.ceil(inMs));
  }

  async function runOnce(): Promise<void> {
    const batch = waiting.splice(0, runMax);
    isRunning = true;
    lastRunMs = performance.now();
    // What is left, or comes meanwhile, came before its own window was over.
    dueMs = waiting.length > 0 ? lastRunMs : Number.POSITIVE_INFINITY;
    try {
      const answers = await run(batch.map(({ item }) => item));
      for (const [place, { resolve }] of batch.entries()) resolve(answers[place] as Answer);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    isRunning = false;
    schedule();
  }

  return (item: Item): Promise<Answer> => {
    if (waiting.length >= waitingMax) {
      const limit = { limit: "waiting_items_max", bound: waitingMax, value: waiting.length + 1 };
      return Promise.reject(new Refused(overloaded(limit, overloadedRetryMs)));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      dueMs = Math.min(dueMs, lastRunMs + windowMs(item));
      schedule();
    });
  };
}
