// Signals that are there before a wait begins. Their channels are locked, so that of a wait that begins and a signal
// that is sent at the same time, one sees the other.
import type { SignalCondition, Wait } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ConditionStatus } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import { channelOfTask, targetOfChannel } from "../../core/signals.ts";
import type { BegunWait, WaitFacts } from "../../core/wait.ts";
import {
  insertUnresolvedChannels,
  lockChannels,
  type ReadKeptRow,
  readKept,
  readWaitedFor,
} from "../../store/signal.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";

/** About as many as a channel keeps; what one transaction does not look at, the sweep does. */
const keptMax = 10_000;

type Asked = {
  readonly wait: Wait;
  /** Unknown for a task that is only being made: nothing can have been sent to it. */
  readonly taskId?: string | undefined;
};

export type KeptSignals = Pick<WaitFacts, "keptOn"> & {
  /** What one wait takes is not there for the next one of the transaction, and where it waits, the next one does. */
  readonly began: (begun: BegunWait) => void;
  /** Returns what forgets the waits that begin from now on: for a call that is refused after all. */
  readonly mark: () => () => void;
};

/** Decides about a call, whose waits have not begun if it is refused. */
export function unlessRefused<Decided extends object>(
  { mark }: Pick<KeptSignals, "mark">,
  decide: () => Decided | Refusal,
): Decided | Refusal {
  const undo = mark();
  const decided = decide();
  if (isRefusal(decided)) undo();
  return decided;
}

/** Costs nothing where no condition waits for a signal. */
export async function readKeptSignals(
  tx: Transaction,
  tenantId: string,
  asked: readonly Asked[],
): Promise<KeptSignals> {
  const wanted = wantedOn(asked);
  if (wanted.size === 0) return signalsOf([], []);
  const channels = [...wanted.keys()];
  const mosts = [...wanted.values()].map((count) => Math.min(count, keptMax));
  // Sent together and run in this order: what is read was written before the locks were had.
  const [, kept, waited] = await Promise.all([
    lockChannels(tx, { tenantId, channels }),
    readKept(tx, { tenantId, channels, mosts, now: tx.now }),
    readWaitedFor(tx, { tenantId, channels }),
  ]);
  const more = channels.filter((channel) => (wanted.get(channel) ?? 0) > keptMax);
  if (more.length > 0) await insertUnresolvedChannels(tx, { tenantId, channels: more });
  return signalsOf(
    kept,
    waited.map(({ channel }) => channel),
  );
}

function signalsOf(kept: readonly ReadKeptRow[], waitedFor: readonly string[]): KeptSignals {
  const byChannel = Map.groupBy(kept, ({ channel }) => channel);
  let left = new Map([...byChannel].map(([channel, rows]) => [channel, rows.map(({ signalId }) => signalId)]));
  let waited = new Set(waitedFor);
  return {
    keptOn: (channel) => (waited.has(channel) ? [] : (left.get(channel) ?? [])),
    began({ takes, conditions, left: leftOut, verdict }) {
      const taken = new Set(takes.flatMap(({ signalIds }) => signalIds));
      for (const [channel, ids] of left) {
        left.set(
          channel,
          ids.filter((id) => !taken.has(id)),
        );
      }
      if (verdict === "over") return;
      for (const one of conditions) {
        const waits = one.status === ConditionStatus.PENDING && !leftOut.includes(one);
        if (waits && one.channel !== null) waited.add(one.channel);
      }
    },
    mark() {
      const before = { left: new Map(left), waited: new Set(waited) };
      return () => {
        ({ left, waited } = before);
      };
    },
  };
}

/** How many signals the conditions could take, by their channels. */
function wantedOn(asked: readonly Asked[]): Map<string, number> {
  const wanted = new Map<string, number>();
  for (const { wait, taskId } of asked) {
    for (const { channel, count = 1 } of signalConditionsOf(wait)) {
      const name = nameOf(channel, taskId);
      if (name !== undefined) wanted.set(name, (wanted.get(name) ?? 0) + count);
    }
  }
  return wanted;
}

function signalConditionsOf(wait: Wait): SignalCondition[] {
  return wait.allOf.flatMap(({ anyOf }) =>
    anyOf.flatMap(({ condition }) => (condition.case === "signal" ? [condition.value] : [])),
  );
}

function nameOf(channel: string, taskId: string | undefined): string | undefined {
  if (channel === "") return taskId === undefined ? undefined : channelOfTask(taskId);
  const target = targetOfChannel(channel, "channel");
  return isRefusal(target) ? undefined : target.channel;
}
