// AddScopes: a lease gets more write scopes, all or none. It changes no task and leaves no receipt: a repeated call
// finds its scopes held. It never waits for another holder, so no two holders wait for each other.
import { create } from "@bufbuild/protobuf";
import {
  type AddScopesRequest,
  type AddScopesResponse,
  AddScopesResponseSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { invalidArgument, limitExceeded, orThrow, Refused, scopeHeld } from "../../core/refusal.ts";
import { checkScopes, type ScopeRow, scopeOf, scopeRows } from "../../core/scopes.ts";
import { type Held, hasScopes, tie } from "../../core/task-record.ts";
import { readHeldScopes, tieScopedLease } from "../../store/scope.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { findObstacles, heldScopeFacts, holdScopes, lockScopesOf } from "../scopes/scope-rows.ts";
import { lockHoldings, readLeaseToken } from "../tx/holder.ts";
import { noteTies } from "../tx/known-leases.ts";

/** Of those in the way of one scope, so many are looked up. */
const obstaclesMax = 3;

export async function addScopes(engine: Engine, caller: Caller, request: AddScopesRequest): Promise<AddScopesResponse> {
  const claim = orThrow(readLeaseToken(caller, request));
  const violations = checkScopes(request.scopes);
  if (violations.length > 0) throw new Refused(invalidArgument(violations));
  const { tenantId } = caller;
  const { taskId } = claim;
  const wanted = scopeRows(request.scopes);
  return await transaction(engine.database, {}, async (tx) => {
    const [holding] = await lockHoldings(tx, tenantId, [claim], LeaseService.method.addScopes.name);
    assert(holding !== undefined, "every claim is looked up");
    if (holding.ended) throw new Refused(holding.ended.refusal);
    const { sessionId } = holding.held;
    const ownIds = [taskId, ...(sessionId ? [sessionId] : [])];
    const [, known, obstacles] = await Promise.all([
      lockScopesOf(tx, tenantId),
      readHeldScopes(tx, { tenantId, taskId }),
      findObstacles(tx, tenantId, [{ taskId, scopes: wanted }], { most: obstaclesMax, ownIds }),
    ]);
    const inTheWay = obstacles.get(taskId) ?? [];
    if (inTheWay.length > 0) throw new Refused(scopeHeld(await heldScopeFacts(tx, tenantId, inTheWay)));
    const held = merge(known, wanted);
    const { lease_scopes_max: bound } = caller.limits;
    if (held.length > bound) {
      throw new Refused(limitExceeded({ limit: "lease_scopes_max", bound, value: held.length, field: "scopes" }));
    }
    await tx.commitWith(
      Promise.all([
        holdScopes(tx, tenantId, [{ taskId, scopes: wanted }]),
        tieLease(engine, tx, tenantId, holding.held),
      ]),
    );
    return create(AddScopesResponseSchema, { taskId, scopes: held.map(scopeOf) });
  });
}

function merge(known: readonly ScopeRow[], wanted: readonly ScopeRow[]): ScopeRow[] {
  const all = new Map(known.map(({ key, isWrite }) => [key, { key, isWrite }]));
  for (const { key, isWrite } of wanted) all.set(key, { key, isWrite: isWrite || all.get(key)?.isWrite === true });
  return [...all.values()].sort((one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)));
}

/** A lease without the tie would end without giving its scopes back. */
async function tieLease(engine: Engine, tx: Transaction, tenantId: string, held: Held): Promise<void> {
  if (hasScopes(held)) return;
  noteTies(engine, tx, [held], tie.scopes);
  await tieScopedLease(tx, { tenantId, taskId: held.taskId });
}
