// Calls that are said twice are done once. A call with a request id leaves its mark in the transaction that does it;
// of racing twins the slower one is undone and run again, and then finds what the faster one did.
import { assert } from "../../core/assert.ts";
import { compoundKey } from "../../core/compound-key.ts";
import { idempotencyConflict, type Refusal } from "../../core/refusal.ts";
import { inRounds } from "../../core/rounds.ts";
import { insertRequests, lockRequest, readRequests, takeRequests } from "../../store/idempotency.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { noTask } from "./idempotency.ts";

export type Call = {
  readonly method: string;
  readonly principal: string;
  /** Empty when the caller gave none: then nothing is remembered. */
  readonly requestId: string;
  readonly digest: Uint8Array;
};

/** What a call did when it was said before. */
export type RecordedCall = { readonly taskIds: readonly string[]; readonly createTime: Date };

const noDigest = new Uint8Array();

/** What these have recorded in place of a task is a signal, the session of an agent, a configuration, a roll-out. */
const callsWithoutTasks: ReadonlySet<string> = new Set([
  "SendSignal",
  "OpenAgentSession",
  "CloseAgentSession",
  "UpdateNodeConfig",
  "StartNodeRollout",
]);

/** Only calls that can be repeated need one. */
export function callDigest(requestId: string, digest: () => Uint8Array): Uint8Array {
  return requestId === "" ? noDigest : digest();
}

/** Thrown inside a transaction to undo it: a twin has done one of its calls meanwhile. */
export class ConcurrentDuplicate extends Error {
  override name = "RepeatedCall";
}

/** The faster twin has committed when the slower one learns of it; each try loses to another twin at the most. */
const triesMax = 10;

export async function runCall<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; tries <= triesMax; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConcurrentDuplicate)) throw error;
    }
  }
  assert(false, "a repeated call finds what its twin did");
}

/** Waits for a twin that is under way, so that what it did is there to be read. */
export async function lockCall(tx: Transaction, tenantId: string, { principal, requestId }: Call): Promise<void> {
  if (requestId !== "") await lockRequest(tx, { tenantId, principal, requestId });
}

/** For each call: what it did before, the conflict if its id was used for another one, or undefined for a new one. */
export async function readCalls(
  tx: Transaction,
  tenantId: string,
  calls: readonly Call[],
): Promise<(RecordedCall | Refusal | undefined)[]> {
  const named = calls.filter(({ requestId }) => requestId !== "");
  if (named.length === 0) return calls.map(() => undefined);
  const rows = await readRequests(tx, {
    tenantId,
    principals: named.map(({ principal }) => principal),
    requestIds: named.map(({ requestId }) => requestId),
  });
  const byName = new Map(rows.map((row) => [nameOf(row), row]));
  return calls.map((call) => {
    const row = call.requestId === "" ? undefined : byName.get(nameOf(call));
    if (!row) return undefined;
    const same = row.method === call.method && Buffer.compare(row.requestDigest, call.digest) === 0;
    return same
      ? row
      : idempotencyConflict(
          call.requestId,
          callsWithoutTasks.has(row.method) ? undefined : row.taskIds.find((id) => id !== noTask),
        );
  });
}

type DoneCall = { readonly call: Call; readonly taskIds: readonly string[] };

/** Marks calls as done. Where a twin was faster, what this transaction did is undone, and the next try finds it. */
export async function claimRequestIds(tx: Transaction, tenantId: string, done: readonly DoneCall[]): Promise<void> {
  const columns = columnsOf(tx, tenantId, done);
  if (columns && (await insertRequests(tx, columns)) < columns.requestIds.length) throw new ConcurrentDuplicate();
}

/** The same for calls that were not done before, and raises in Postgres if one was. */
export async function claimNewRequestIds(tx: Transaction, tenantId: string, done: readonly DoneCall[]): Promise<void> {
  const columns = columnsOf(tx, tenantId, done);
  if (columns) await takeRequests(tx, columns);
}

function columnsOf(tx: Transaction, tenantId: string, done: readonly DoneCall[]) {
  const named = done.filter(({ call }) => call.requestId !== "");
  const [first] = named;
  if (!first) return undefined;
  // In one order that all callers share: twins wait for each other and never in a circle.
  named.sort(({ call: one }, { call: other }) => (nameOf(one) < nameOf(other) ? -1 : 1));
  return {
    tenantId,
    method: first.call.method,
    createTime: tx.now,
    principals: named.map(({ call }) => call.principal),
    requestIds: named.map(({ call }) => call.requestId),
    requestDigests: named.map(({ call }) => call.digest),
    taskIds: named.map(({ taskIds }) => `{${taskIds.join(",")}}`),
  };
}

/** Splits calls so that no round has two of one id: a later twin then sees what the earlier one did. */
export function roundsByCall<Item extends { readonly call: Call }>(all: readonly Item[]): Item[][] {
  return inRounds(all, ({ call }) => (call.requestId === "" ? undefined : nameOf(call)));
}

function nameOf({ principal, requestId }: { readonly principal: string; readonly requestId: string }): string {
  return compoundKey(principal, requestId);
}
