// Group commit in user space: calls that come while a batch is under way make up the next one. No call waits for a
// timer: when no batch is under way, a call runs at once. Answers come after the commit. A batch that fails as a whole
// for an unforeseen reason is bisected, so that a poisonous item fails alone.
import { overloaded, Refused } from "../../core/refusal.ts";
import { runBisecting } from "./bisect.ts";

export type CoalescerOptions<Item, Answer> = {
  readonly run: (tenantId: string, items: readonly Item[]) => Promise<readonly Answer[]>;
  /** How much of a batch an item takes. */
  readonly weigh: (item: Item) => number;
  /** How much one takes; what it holds beyond it gains nothing more, and its locks are held for longer. */
  readonly batchWeightMax?: number;
  /** Whether an error may have been caused by one item alone. */
  readonly isPoison: (error: unknown) => boolean;
};

const batchWeightDefault = 500;
/** A second batch beside the first uses the time in which that one waits for the disk. */
const batchesMax = 2;
/** A few seconds of work. Beyond it, callers are told to retry before any of their work has begun. */
const waitingWeightMax = 20_000;
const overloadedRetryMs = 250;

type Waiting<Item, Answer> = {
  readonly item: Item;
  readonly weight: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

export function createCoalescer<Item, Answer>(options: CoalescerOptions<Item, Answer>) {
  const { batchWeightMax = batchWeightDefault } = options;
  const queues = new Map<string, { readonly waiting: Waiting<Item, Answer>[]; running: number; weight: number }>();

  function pump(tenantId: string): void {
    const queue = queues.get(tenantId);
    if (!queue) return;
    // The first goes at once; a second only when it is worth it.
    while (queue.waiting.length > 0 && (queue.running === 0 || isWorthSecond(queue, batchWeightMax))) {
      const batch = takeBatch(queue, batchWeightMax);
      queue.running += 1;
      void settle(tenantId, batch).finally(() => {
        queue.running -= 1;
        if (queue.running === 0 && queue.waiting.length === 0) queues.delete(tenantId);
        else pump(tenantId);
      });
    }
  }

  function settle(tenantId: string, batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    return runBisecting(batch, {
      run(part) {
        const items = part.map(({ item }) => item);
        return options.run(tenantId, items);
      },
      isPoison: options.isPoison,
      onAnswers(part, answers) {
        for (const [index, { resolve }] of part.entries()) resolve(answers[index] as Answer);
      },
      onFailure(part, error) {
        for (const { reject } of part) reject(error);
      },
    });
  }

  return (tenantId: string, item: Item): Promise<Answer> => {
    const queue = queues.get(tenantId) ?? { waiting: [], running: 0, weight: 0 };
    queues.set(tenantId, queue);
    const weight = options.weigh(item);
    if (queue.weight + weight > waitingWeightMax) {
      const limit = { limit: "waiting_items_max", bound: waitingWeightMax, value: queue.weight + weight };
      return Promise.reject(new Refused(overloaded(limit, overloadedRetryMs)));
    }
    return new Promise((resolve, reject) => {
      queue.waiting.push({ item, weight, resolve, reject });
      queue.weight += weight;
      pump(tenantId);
    });
  };
}

function isWorthSecond(queue: { readonly running: number; readonly weight: number }, batchWeightMax: number): boolean {
  return queue.running < batchesMax && queue.weight >= batchWeightMax;
}

/** As many as fit, at least one. */
function takeBatch<Item, Answer>(
  queue: { readonly waiting: Waiting<Item, Answer>[]; weight: number },
  batchWeightMax: number,
) {
  let weight = 0;
  let count = 0;
  for (const { weight: one } of queue.waiting) {
    if (count > 0 && weight + one > batchWeightMax) break;
    weight += one;
    count += 1;
  }
  queue.weight -= weight;
  return queue.waiting.splice(0, count);
}
