// Grants tasks in the transaction that ends what they waited for, to members that the dispatcher holds for them: what a
// fetch would do a moment later, with a commit and three flights saved. As at creation, only while leases are far from
// their quotas. What is taken for granted, guards check: an operation that meets one runs again without this.
import { assert } from "../../core/assert.ts";
import type { DecisionContext } from "../../core/decision.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { hasScopes, isVerification } from "../../core/task-record.ts";
import { readToGrant } from "../../store/task.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { readResults } from "../conditions/wait-results.ts";
import type { Engine } from "../engine.ts";
import { admitIfFar } from "../runtime/quotas.ts";
import { noteLeases } from "../tx/known-leases.ts";
import type { GrantWoken, Woken } from "../tx/resolve-ends.ts";
import { handOffMessage, requestPart } from "../views/assemble-task.ts";
import { type GrantedTask, grantedTask, type WaitResults } from "../views/granted-task.ts";
import type { Claim } from "./claim.ts";
import type { Dispatcher, Reservation } from "./dispatcher.ts";
import { type Candidate, claimant, expectFreeSessions, type Grant, grantTasks, recallSessions } from "./grant-tasks.ts";
import type { NewTask } from "./worker-groups.ts";

/** With payloads, checkpoints and outcomes as large as they may be, a fraction of what a claim may be granted. */
const grantsMax = 16;

export type WokenGrants = {
  readonly grant: GrantWoken;
  /** After the commit: workers are told of their tasks. */
  settle(): void;
  /** The transaction failed, perhaps in its commit. Nothing, where nothing is held. */
  giveUp(): void;
};

type Held = { readonly reservation: Reservation; leased: (GrantedTask | undefined)[] };

export function createWokenGrants(engine: Engine, dispatcher: Dispatcher): WokenGrants {
  let held: Held[] = [];
  const settleAll = (leasedOf: (one: Held) => Held["leased"]) => {
    const all = held;
    held = [];
    for (const one of all) one.reservation.settle(leasedOf(one));
  };
  return {
    grant(tx, tenantId, moment, woken) {
      const open = woken.filter((one) => mayBeGranted(one, tx.now)).slice(0, grantsMax);
      if (open.length === 0) return undefined;
      const one: Held = { reservation: dispatcher.reserve(tenantId, open.map(newTaskOf)), leased: [] };
      held.push(one);
      const wanted = open.flatMap((task, place) => {
        const claim = one.reservation.claims[place];
        return claim ? [{ task, claim, place }] : [];
      });
      const granted = wanted.length > 0 ? grantWanted(engine, tx, moment, wanted) : [];
      one.leased = open.map(() => undefined);
      if (granted.length === 0) return undefined;
      return {
        decisions: new Map(granted.map(({ grant }) => [grant.decision.after.taskId, grant.decision])),
        async follow() {
          const [leased] = await Promise.all([readLeased(tx, tenantId, granted), guard(tx, tenantId, granted)]);
          for (const [at, { place }] of granted.entries()) one.leased[place] = leased[at];
        },
      };
    },
    settle: () => settleAll(({ leased }) => leased),
    giveUp: () => settleAll(() => []),
  };
}

/** What a claim has to look at first is left to one. */
function mayBeGranted({ waiting }: Woken, now: Date): boolean {
  return waiting.eligibleTime <= now && !hasScopes(waiting) && !isVerification(waiting);
}

function newTaskOf({ terms: { queue, type, requirements, priority, addressee } }: Woken): NewTask {
  const capabilities = requirements?.capabilities ?? [];
  return { queue, type, capabilities, priority, addressee: addressee && formatPrincipal(addressee) };
}

type Wanted = { readonly task: Woken; readonly claim: Claim; readonly place: number };
type Granted = Wanted & { readonly grant: Grant; readonly sessions: ReturnType<typeof recallSessions> };

function grantWanted(engine: Engine, tx: Transaction, moment: DecisionContext, wanted: readonly Wanted[]): Granted[] {
  const claims = wanted.map(({ claim }) => claim);
  const sessions = recallSessions(engine, tx, claims);
  if (!sessions) return [];
  const demands = claims.map(({ caller, tasks }) => ({ caller, principal: caller.principalText, count: tasks }));
  const admitted = admitIfFar(engine, tx, "live_leases", demands);
  if (!admitted) return [];
  const claimants = claims.map((claim, place) =>
    claimant({ claim, admitted: admitted[place] ?? { count: 0 } }, sessions, tx.now),
  );
  const candidates = wanted.map(({ task }) => [candidateOf(task)]);
  const grants = grantTasks(engine, tx, moment, claimants, candidates);
  const granted = wanted.flatMap((one, place) => {
    const grant = grants[place]?.[0];
    return grant ? [{ ...one, grant, sessions }] : [];
  });
  noteLeases(
    engine,
    tx,
    granted.map(({ grant }) => grant.decision),
  );
  return granted;
}

/** What the worker is sent is read behind the grant; that it may have the task, its terms say. */
function candidateOf({ waiting, owner, obligated, terms }: Woken): Candidate {
  const nothing = { checkpoint: null, waited: undefined, handOff: undefined, review: null, barred: undefined };
  return { waiting, owner, obligated, terms: { ...terms }, ...nothing };
}

async function guard(tx: Transaction, tenantId: string, granted: readonly Granted[]): Promise<void> {
  const queues = [...new Set(granted.map(({ task }) => task.terms.queue))];
  await expectFreeSessions(tx, tenantId, granted[0]?.sessions ?? new Map(), queues);
}

/** Sent together, behind the writes: it must not wait for an answer before the commit is sent. */
async function readLeased(tx: Transaction, tenantId: string, granted: readonly Granted[]): Promise<GrantedTask[]> {
  const taskIds = granted.map(({ task }) => task.waiting.taskId);
  const [rows, waited] = await Promise.all([
    readToGrant(tx, { tenantId, taskIds, bytesMax: Number.MAX_SAFE_INTEGER }),
    readResults(
      tx,
      tenantId,
      granted.flatMap(({ task }) => task.conditions),
    ),
  ]);
  const rowOf = new Map(rows.map((row) => [row.taskId, row]));
  return granted.map(({ task: { waiting }, claim, grant }) => {
    const row = rowOf.get(waiting.taskId);
    assert(row !== undefined, "a task that is granted was asked for");
    return leasedOf(claim, grant, row, waited.get(waiting.taskId));
  });
}

type Row = Awaited<ReturnType<typeof readToGrant>>[number];

function leasedOf(
  claim: Claim,
  { decision }: Grant,
  { terms, payload, checkpoint, handOff, review }: Row,
  waited: WaitResults | undefined,
): GrantedTask {
  const legacy = { checkpoint, waited, handOff: handOffMessage(handOff), review };
  return grantedTask(claim, decision.after, requestPart(terms, payload), legacy);
}
