// Grants tasks in the transaction that creates them, to members that the dispatcher holds for them: what a fetch would
// do a moment later, with a commit and a query saved. Only while leases are far from their quotas: near one, leases
// have to be counted under a lock that comes before all others, and a fetch does that.
import type { Creation } from "../../core/create-task.ts";
import type { DecisionContext } from "../../core/decision.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Claim } from "../claims/claim.ts";
import {
  admitClaims,
  type Candidate,
  claimant,
  type Grant,
  grantTasks,
  type LockedSessions,
  noteGrants,
} from "../claims/grant-tasks.ts";
import type { Engine } from "../engine.ts";

type Wanted = { readonly claim: Claim | undefined; readonly creation: Creation };

/** In the order of the creations: undefined for a task that no worker waits for, or that may not be granted. */
export async function grantAtCreation(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  context: DecisionContext,
  sessions: LockedSessions,
  created: readonly Wanted[],
): Promise<(Grant | undefined)[]> {
  // A task that has waited goes to a claim: that reads what its worker is told of the wait.
  const wanted = created.flatMap(({ claim, creation }) => (claim && !creation.wait ? [{ claim, creation }] : []));
  if (wanted.length === 0) return created.map(() => undefined);
  const claims = wanted.map(({ claim }) => claim);
  const admitted = await admitClaims(engine, tx, claims, { mayCount: false });
  const claimants = admitted.map((one) => claimant(one, sessions, context.now));
  const candidates = wanted.map(({ creation }) => [candidateOf(creation)]);
  const grants = grantTasks(engine, tx, context, claimants, candidates);
  noteGrants(engine, tx, tenantId, grants.flat());
  const byCreation = new Map(wanted.map(({ creation }, place) => [creation, grants[place]?.[0]]));
  return created.map(({ creation }) => {
    const grant = byCreation.get(creation);
    return grant && { ...grant, decision: createdAndGranted(creation, grant) };
  });
}

/** The creator is told of the task as it was created, the worker as it holds it: each has terms of its own. */
function candidateOf({ made, asked, task: { owner, obligated } }: Creation): Candidate {
  return {
    waiting: made,
    owner,
    obligated,
    terms: { ...asked },
    checkpoint: null,
    waited: undefined,
    handOff: undefined,
    review: null,
    // Verification tasks are not created by requests.
    barred: undefined,
  };
}

function createdAndGranted(creation: Creation, { decision }: Grant): Grant["decision"] {
  return { ...creation, after: decision.after, receipts: [...creation.receipts, ...decision.receipts] };
}
