// Tasks that wait for signals: kept ones, those to a task, several at once, and a broadcast.
import { type Client, type Job, NonRetryable, signal, TaskState } from "../../clients/typescript/src/index.ts";
import { allEnd, calls, createAll, type MakeHandlers, numbers, type Scenario } from "./scenario.ts";

const keptCount = 40;
const listenersCount = 40;
const hearersCount = 40;
const pairsCount = 20;

function waiter(key: string, channel: string, count: number) {
  return { type: "hearer", payload: { count }, idempotencyKey: key, wait: signal(channel, { name: "heard", count }) };
}

async function sendAll(client: Client, channel: string, count: number): Promise<string[]> {
  const sent = numbers(count).map((payload) => client.sendSignal(channel, { payload }, calls));
  return (await Promise.all(sent)).map(({ signalId }) => signalId);
}

/** Half of the signals come before the tasks that wait for them, which are met by one or by two. */
async function keptFirst(client: Client, run: string) {
  const channel = `${run}/kept`;
  const before = await sendAll(client, channel, keptCount);
  const singles = numbers(keptCount).map((place) => waiter(`${run}/single ${place}`, channel, 1));
  const pairs = numbers(pairsCount).map((place) => waiter(`${run}/pair ${place}`, channel, 2));
  const ids = await createAll(client, [...singles, ...pairs]);
  return { ids, signals: [...before, ...(await sendAll(client, channel, 2 * pairsCount))] };
}

/** Each suspends while its signal is sent. */
async function toTasks(client: Client, run: string) {
  const listeners = numbers(listenersCount).map((place) => ({
    type: "listener",
    idempotencyKey: `${run}/to ${place}`,
  }));
  const ids = await createAll(client, listeners);
  const sent = await Promise.all(ids.map((taskId) => client.sendSignal({ taskId }, { payload: taskId }, calls)));
  return { ids, signals: sent.map(({ signalId }) => signalId) };
}

async function toAll(client: Client, run: string) {
  const channel = `${run}/all`;
  const ids = await createAll(
    client,
    numbers(hearersCount).map((place) => waiter(`${run}/all ${place}`, channel, 1)),
  );
  const { signalId } = await client.sendSignal(channel, { broadcast: true }, calls);
  return { ids, signalId };
}

export const signaling: readonly Scenario[] = [
  {
    name: "signals",
    about: `${keptCount + 2 * pairsCount} signals on a channel, ${listenersCount} to tasks, and one to all`,
    async start({ operator: client }, run) {
      const [kept, own, all] = await Promise.all([keptFirst(client, run), toTasks(client, run), toAll(client, run)]);
      return {
        expected: new Map(allEnd(TaskState.SUCCEEDED, [...kept.ids, ...own.ids, ...all.ids])),
        signals: [...kept.signals, ...own.signals],
        broadcasts: new Map([[all.signalId, hearersCount]]),
      };
    },
  },
];

export const signalingHandlers: MakeHandlers = () => ({
  operator: {
    hearer: ({ count }: { count: number }, job: Job) => {
      const heard = job.waitResult("heard")?.signals ?? [];
      if (heard.length !== count) throw new NonRetryable(`it was met by ${heard.length} signals, not ${count}`);
      return { signals: heard.map(({ signalId }) => signalId) };
    },
    listener: (_: unknown, job: Job) => {
      const [heard] = job.waitResult("heard")?.signals ?? [];
      if (!heard) return job.suspend({ wait: signal("", { name: "heard" }) });
      if (heard.payload !== job.taskId) throw new NonRetryable("it was met by the signal to another task");
      return { signals: [heard.signalId] };
    },
  },
});
