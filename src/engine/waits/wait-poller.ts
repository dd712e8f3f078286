// The wait poller asks in one statement, for all callers that wait here, whether what they wait for is there, and
// wakes them. Hints come sooner; what they miss, and what happens by time alone, is found here. The same poll tells
// whether the sweep has anything to do. It keeps what it saw last, which is never newer than what any waiting caller
// has seen. Watching obligations, following output, and nodes that wait, cost one more statement each.

import { pollNodes } from "../../store/node.sql.gen.ts";
import { pollOutputs } from "../../store/output.sql.gen.ts";
import { ask, read } from "../../store/transaction.ts";
import { type PollWaitsParameters, pollObligations, pollWaits } from "../../store/wait_poll.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { nearMs, partsOf, type Topic, topics } from "../runtime/wakeups.ts";

export type Poll = {
  /** Looks for what waiting calls wait for. */
  readonly topics: boolean;
  /** Asks whether the sweep has anything to do. */
  readonly due: boolean;
};
export type PollResult = {
  readonly woken: number;
  readonly isDue: boolean;
  /** When the sweep will have a sleeping task to wake, if that is soon. */
  readonly dueInMs: number | undefined;
};
export type WaitPoller = (poll: Poll, signal: AbortSignal) => Promise<PollResult>;

/** Topics of one statement: some tens of milliseconds of one connection. Beyond, the next statement asks. */
const topicsPerPoll = 10_000;
/** Of these each may owe thousands. */
const principalsPerPoll = 200;
/** Of these each may have some logs. */
const tasksPerPoll = 1_000;
/** Of the latest leases: at least as many as one lease may write to. */
const logsPerTask = 64;
const pollTimeoutMs = 5_000;
/** Longer ago than any transaction lasts: what became eligible until then was there at the looks before. */
const backMs = 60_000;
/** Now and then all that is eligible wakes its waiters again: it may have been claimed and put back. */
const wideEvery = 10;
const wideMs = 100 * 365 * 86_400_000;
/** How often the same untaken task wakes its waiters: it may have been locked for a short time. */
const toldMax = 3;
/** What has statements of its own. */
const polledApart: ReadonlySet<string> = new Set(["obligations", "output", "node"]);
/** No task has this version: whatever is there is another. */
const noVersion = -1;

type Kept = { readonly mark: string; readonly told: number };
type Watched = Topic & { readonly topic: string; readonly saw: number | undefined };
type Pass = {
  readonly engine: Engine;
  /** What the pass before has kept, and what the next one will find. */
  readonly before: ReadonlyMap<string, Kept>;
  readonly kept: Map<string, Kept>;
  readonly isWide: boolean;
};

const nothing: PollResult = { woken: 0, isDue: false, dueInMs: undefined };

export function createWaitPoller(engine: Engine): WaitPoller {
  let kept = new Map<string, Kept>();
  let passes = 0;
  return async (asked, signal) => {
    const { due } = asked;
    if (!asked.topics) return due ? await look(passOf(engine, kept, kept, false), [], true) : nothing;
    passes += 1;
    // Topics without waiters are forgotten; after a pass that failed everything counts as new.
    const before = kept;
    kept = new Map();
    const pass = passOf(engine, before, kept, passes % wideEvery === 0);
    const watched = engine.wakeups.takePolledTopics().map((one): Watched => ({ ...one, ...partsOf(one.topic) }));
    const owing = watched.filter(({ what }) => what === "obligations");
    const printing = watched.filter(({ what }) => what === "output");
    const nodes = watched.filter(({ what }) => what === "node");
    const others = watched.filter(({ what }) => !polledApart.has(what));
    let woken = 0;
    let isDue = false;
    let dueInMs: number | undefined;
    for (let from = 0; (from < others.length || (due && from === 0)) && !signal.aborted; from += topicsPerPoll) {
      const seen = await look(pass, others.slice(from, from + topicsPerPoll), due && from === 0);
      woken += seen.woken;
      isDue ||= seen.isDue;
      dueInMs ??= seen.dueInMs;
    }
    for (let from = 0; from < owing.length && !signal.aborted; from += principalsPerPoll) {
      woken += await pollPrincipals(pass, owing.slice(from, from + principalsPerPoll));
    }
    for (let from = 0; from < printing.length && !signal.aborted; from += tasksPerPoll) {
      woken += await pollFollowed(pass, printing.slice(from, from + tasksPerPoll));
    }
    for (let from = 0; from < nodes.length && !signal.aborted; from += topicsPerPoll) {
      woken += await pollNodesOf(pass, nodes.slice(from, from + topicsPerPoll));
    }
    return { woken, isDue, dueInMs };
  };
}

function passOf(engine: Engine, before: ReadonlyMap<string, Kept>, kept: Map<string, Kept>, isWide: boolean): Pass {
  return { engine, before, kept, isWide };
}

async function look(pass: Pass, watched: readonly Watched[], asksDue: boolean): Promise<PollResult> {
  const { wakeups, database } = pass.engine;
  const asked = parametersOf(pass, watched, asksDue);
  const rows = await ask(database, { timeoutMs: pollTimeoutMs }, (tx) => pollWaits(tx, asked));
  // Tasks that stand as they were seen are not in the answer.
  for (const one of watched) {
    const version = one.what === "task" ? seenVersion(pass, one) : noVersion;
    if (version !== noVersion) pass.kept.set(one.topic, { mark: String(version), told: 0 });
  }
  let woken = 0;
  for (const { what, tenantId, name, mark, nextMs } of rows) {
    const topic = `${what}:${tenantId}:${name}`;
    if (mark !== null) woken += tell(pass, topic, mark, what !== "task");
    if (nextMs !== null && what !== "soon") wakeups.wakeHereIn(topic, nextMs);
  }
  const soon = rows.find(({ what }) => what === "soon");
  return { woken, isDue: rows.some(({ what }) => what === "due"), dueInMs: soon?.nextMs ?? undefined };
}

/** The tasks whose output is followed. */
async function pollFollowed(pass: Pass, watched: readonly Watched[]): Promise<number> {
  const rows = await ask(pass.engine.database, { timeoutMs: pollTimeoutMs }, (tx) =>
    pollOutputs(tx, {
      tenantIds: watched.map(({ tenantId }) => tenantId),
      taskIds: watched.map(({ name }) => name),
      most: logsPerTask,
    }),
  );
  let woken = 0;
  for (const { tenantId, taskId, mark } of rows) woken += tell(pass, topics.output(tenantId, taskId), mark);
  return woken;
}

async function pollNodesOf(pass: Pass, watched: readonly Watched[]): Promise<number> {
  const rows = await ask(pass.engine.database, { timeoutMs: pollTimeoutMs }, (tx) =>
    pollNodes(tx, {
      tenantIds: watched.map(({ tenantId }) => tenantId),
      nodeIds: watched.map(({ name }) => name),
    }),
  );
  let woken = 0;
  for (const { tenantId, nodeId, mark } of rows) woken += tell(pass, topics.node(tenantId, nodeId), mark);
  return woken;
}

async function pollPrincipals(pass: Pass, watched: readonly Watched[]): Promise<number> {
  const rows = await read(pass.engine.database, { timeoutMs: pollTimeoutMs }, (tx) =>
    pollObligations(tx, {
      tenantIds: watched.map(({ tenantId }) => tenantId),
      principals: watched.map(({ name }) => name),
    }),
  );
  let woken = 0;
  for (const { tenantId, principal, mark } of rows) woken += tell(pass, topics.obligations(tenantId, principal), mark);
  return woken;
}

/** Wakes the waiters if there is something that was not there at the last look. Keeps what is there now. */
function tell({ engine, before, kept, isWide }: Pass, topic: string, mark: string, mayRepeat = false): 0 | 1 {
  const last = before.get(topic);
  const told = last?.mark === mark ? last.told + 1 : 1;
  kept.set(topic, { mark, told });
  if (told > 1 && !(mayRepeat && (isWide || told <= toldMax))) return 0;
  engine.wakeups.wakeHere(topic);
  return 1;
}

function seenVersion({ before }: Pass, { topic, saw }: Watched): number {
  const known = before.get(topic);
  if (!known) return saw ?? noVersion;
  return saw === undefined ? Number(known.mark) : Math.min(Number(known.mark), saw);
}

function parametersOf(pass: Pass, watched: readonly Watched[], asksDue: boolean): PollWaitsParameters {
  const queues = watched.filter(({ what }) => what === "queue");
  const tasks = watched.filter(({ what }) => what === "task");
  const addressees = watched.filter(({ what }) => what === "addressee");
  return {
    scriptedNow: pass.engine.database.clock?.() ?? null,
    queueTenantIds: [...new Set(queues.map(({ tenantId }) => tenantId))],
    queues: [...new Set(queues.map(({ name }) => name))],
    addresseeTenantIds: addressees.map(({ tenantId }) => tenantId),
    addressees: addressees.map(({ name }) => name),
    taskTenantIds: tasks.map(({ tenantId }) => tenantId),
    taskIds: tasks.map(({ name }) => name),
    seenVersions: tasks.map((task) => seenVersion(pass, task)),
    backMs: pass.isWide ? wideMs : backMs,
    aheadMs: nearMs,
    asksDue,
  };
}
