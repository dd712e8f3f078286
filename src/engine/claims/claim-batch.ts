// Claims of one kind in one transaction: what is eligible is locked once and distributed among them.
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { distribute } from "../../core/claim-tasks.ts";
import { grantsMax } from "../../core/grant-policy.ts";
import type { Waiting } from "../../core/task-record.ts";
import type { ReadToGrantRow } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { readWaitResults } from "../conditions/wait-results.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { holdBack, holdScopes } from "../scopes/scope-rows.ts";
import { record } from "../tx/record.ts";
import { type Call, claimRequestIds, readCalls } from "../tx/repeated-call.ts";
import { handOffMessage, requestPart } from "../views/assemble-task.ts";
import type { WaitResults } from "../views/granted-task.ts";
import { readBounds } from "./agent-bounds.ts";
import type { Claim, ClaimResult } from "./claim.ts";
import { admitClaims, type Candidate, claimant, type Grant, grantTasks, noteGrants } from "./grant-tasks.ts";
import { type Eligible, grantBytesMax } from "./lock-eligible.ts";
import { clashesWith, type Free, lockFree } from "./lock-free.ts";

/** What one transaction may grant: more would not be faster, and would hold the locks for longer. */
export const batchTasksMax = 500;

/**
 * Answers in the order of the claims. Throws `ConcurrentDuplicate`, with nothing done, if a twin of one of their calls
 * was faster: the next try finds what the twin did.
 */
export function claimBatch(engine: Engine, tenantId: string, claims: readonly Claim[]): Promise<ClaimResult[]> {
  return transaction(engine.database, claimTime, (tx) => claimIn(engine, tx, tenantId, claims));
}

/** What was created before, on any server, must not seem to lie ahead: a claim that does not wait would miss it. */
export const claimTime = { time: "read" } as const;

export async function claimIn(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  claims: readonly Claim[],
): Promise<ClaimResult[]> {
  const asked = claims.reduce((sum, { tasks }) => sum + tasks, 0);
  assert(asked <= batchTasksMax, "what is claimed together fits into one transaction");
  const admittedClaims = await admitClaims(engine, tx, claims, { mayCount: true });
  const agent = await readBounds(tx, tenantId, claims);
  const [recorded, eligible] = await Promise.all([
    readRecorded(tx, tenantId, claims),
    lockFree(engine, tx, tenantId, admittedClaims, agent),
  ]);
  const claimants = admittedClaims.map((one, place) =>
    claimant(one, eligible.sessions, tx.now, recorded[place] !== undefined),
  );
  const waited = await readWaitResults(tx, tenantId, eligible.waiting);
  const allocations = distribute(
    eligible.waiting,
    claimants.map(({ claim, limits }) => ({ tasks: grantsMax(limits), bytesMax: claim.bytesMax ?? grantBytesMax })),
    ({ taskId }) => weightOf(eligible.asked.get(taskId)) + (waited.get(taskId)?.bytes ?? 0),
    ({ taskId }, place) => isForClaim(taskId, eligible, claims[place]),
  );
  const candidates = allocations.map(({ tasks }) => tasks.map((waiting) => candidateOf(waiting, eligible, waited)));
  const grants = grantTasks(engine, tx, decisionContext(engine, tx.now), claimants, candidates);
  const grantedIds = new Set(grants.flat().map(({ decision }) => decision.after.taskId));
  // Bounded by weight, or by how far it was looked behind tasks that wait for scopes.
  // Of several trees, one was begun: there may be more of that one.
  const hasBegunTree = agent?.oneTree === true && agent.rootTaskId === undefined && grantedIds.size > 0;
  const isMore = eligible.isCut || eligible.isShort || hasBegunTree || clashesWith(eligible, grantedIds).length > 0;
  const results = claimants.map(({ claim, admitted, limits }, place): ClaimResult => {
    const leased = grants[place]?.map((one) => one.leased) ?? [];
    const isShort = leased.length < admitted.count;
    const isWeighty = allocations[place]?.isCut || (isMore && isShort);
    const isCut = isWeighty || (isShort && grantedIds.size > 0 && isPassedOver(eligible, claim));
    return { leased, isCut, sessionEnd: limits.sessionEnd, recorded: recorded[place], admitted };
  });
  eligible.noteGranted(grantedIds);
  await write(engine, tx, tenantId, claims, grants, eligible);
  return results;
}

function isForClaim(taskId: string, { addressees, barred }: Eligible, claim: Claim | undefined): boolean {
  const principal = claim?.caller.principalText ?? "";
  const addressee = addressees.get(taskId);
  return (addressee === undefined || addressee === principal) && !barred.get(taskId)?.includes(principal);
}

/** Whether some of what was locked was not for it. What it may have may lie behind that: it should look again. */
function isPassedOver({ barred }: Eligible, { caller }: Claim): boolean {
  return [...barred.values()].some((principals) => principals.includes(caller.principalText));
}

function candidateOf(waiting: Waiting, eligible: Eligible, waited: ReadonlyMap<string, WaitResults>): Candidate {
  const row = eligible.asked.get(waiting.taskId);
  assert(row !== undefined, "an eligible task was asked for");
  const { owner, obligated, checkpoint, review } = row;
  const terms = requestPart(row.terms, row.payload);
  const handOff = handOffMessage(row.handOff);
  const barred = eligible.barred.get(waiting.taskId);
  return { waiting, owner, obligated, terms, checkpoint, waited: waited.get(waiting.taskId), handOff, review, barred };
}

function weightOf(row: ReadToGrantRow | undefined): number {
  return (
    (row?.terms.length ?? 0) +
    (row?.payload?.length ?? 0) +
    (row?.checkpoint?.length ?? 0) +
    (row?.handOff?.length ?? 0) +
    (row?.review?.length ?? 0)
  );
}

const unnamedCall: Call = {
  method: LeaseService.method.claimTasks.name,
  principal: "",
  requestId: "",
  digest: new Uint8Array(),
};

async function readRecorded(tx: Transaction, tenantId: string, claims: readonly Claim[]) {
  if (!claims.some(({ call }) => call)) return [];
  return await readCalls(
    tx,
    tenantId,
    claims.map(({ call }) => call ?? unnamedCall),
  );
}

async function write(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  claims: readonly Claim[],
  grants: readonly (readonly Grant[])[],
  eligible: Free,
): Promise<void> {
  const all = grants.flat();
  const calls = claims.flatMap(({ call }, place) => {
    const taskIds = grants[place]?.map(({ decision }) => decision.after.taskId) ?? [];
    return call && taskIds.length > 0 ? [{ call, taskIds }] : [];
  });
  noteGrants(engine, tx, tenantId, all);
  const writes = Promise.all([
    record(
      engine,
      tx,
      tenantId,
      all.map(({ decision }) => decision),
    ),
    writeScopes(tx, tenantId, eligible, all),
    claimRequestIds(tx, tenantId, calls),
  ]);
  // Whether a twin of a named call was faster is seen by the answer, and what it did is read by its caller.
  const isNamed = claims.some(({ call }) => call);
  await (isNamed ? writes : tx.commitWith(writes));
}

/** Nothing where no task has scopes. */
async function writeScopes(tx: Transaction, tenantId: string, free: Free, grants: readonly Grant[]): Promise<void> {
  if (free.scopes.size === 0) return;
  const grantedIds = new Set(grants.map(({ decision }) => decision.after.taskId));
  const granted = [...free.scopes].flatMap(([taskId, scopes]) => (grantedIds.has(taskId) ? [{ taskId, scopes }] : []));
  await Promise.all([holdScopes(tx, tenantId, granted), holdBack(tx, tenantId, clashesWith(free, grantedIds))]);
}
