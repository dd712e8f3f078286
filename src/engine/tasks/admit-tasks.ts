// Which new tasks the quota of live tasks admits. Near the bound, requests whose idempotency key stands for a task
// already are found first: they add no task.
import type { CreateTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { compoundKey } from "../../core/compound-key.ts";
import { formatPrincipal } from "../../core/principal.ts";
import type { Refusal } from "../../core/refusal.ts";
import { readIdempotencyKeys } from "../../store/idempotency.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { admit, admitIfFar, type QuotaDemand, unreserve } from "../runtime/quotas.ts";

type Asked = { readonly caller: Caller; readonly request: CreateTaskRequest; refusal: Refusal | undefined };

/** A task counts against the principal that is obligated by it: its creator, unless it names another one. */
function wishOf({ caller, request }: Asked): QuotaDemand {
  const principal = request.obligated ? formatPrincipal(request.obligated) : caller.principalText;
  return { caller, principal, count: 1 };
}

/** Marks those for which there is no room. Comes before keys are taken: what is refused leaves none. */
export async function refuseTooMany(engine: Engine, tx: Transaction, items: readonly Asked[]): Promise<void> {
  const asked = items.filter(({ refusal }) => !refusal);
  const wishes = asked.map(wishOf);
  if (admitIfFar(engine, tx, "live_tasks", wishes)) return;
  const isNew = await newcomers(tx, asked);
  const fresh = asked.filter(isNew);
  const admitted = await admit(engine, tx, "live_tasks", fresh.map(wishOf));
  const refusals = new Map<string, Refusal>();
  for (const [place, item] of fresh.entries()) {
    const refusal = admitted[place]?.refusal;
    if (!refusal) continue;
    item.refusal = refusal;
    if (item.request.idempotencyKey !== "") refusals.set(nameOf(item), refusal);
  }
  // A twin of one that is refused would find no task of the other.
  for (const item of asked) item.refusal ??= refusals.get(nameOf(item));
}

/**
 * Items of one call of which some were refused, so that none is created: returns the quota that the others were
 * admitted with. Otherwise, the call would find its quota full when it is repeated with fewer.
 */
export function unreserveAll(engine: Engine, tx: Transaction, items: readonly Asked[]): void {
  for (const item of items) {
    if (item.refusal) continue;
    const { caller, principal, count } = wishOf(item);
    unreserve(engine, tx, "live_tasks", caller, principal, count);
  }
}

/** Tells whether a request's key stands for no task yet; of twins in one batch, only the first counts as new. */
async function newcomers(tx: Transaction, asked: readonly Asked[]): Promise<(item: Asked) => boolean> {
  const keyed = [
    ...new Map(asked.filter(({ request }) => request.idempotencyKey !== "").map((item) => [nameOf(item), item])),
  ];
  const [first] = asked;
  const rows =
    first && keyed.length > 0
      ? await readIdempotencyKeys(tx, {
          tenantId: first.caller.tenantId,
          principals: keyed.map(([, { caller }]) => caller.principalText),
          keys: keyed.map(([, { request }]) => request.idempotencyKey),
        })
      : [];
  const met = new Set(rows.map(({ principal, key }) => compoundKey(principal, key)));
  return (item) => {
    if (item.request.idempotencyKey === "") return true;
    const name = nameOf(item);
    const isNew = !met.has(name);
    met.add(name);
    return isNew;
  };
}

function nameOf({ caller, request }: Asked): string {
  return compoundKey(caller.principalText, request.idempotencyKey);
}
