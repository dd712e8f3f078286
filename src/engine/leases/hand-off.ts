// HandOff: gives a task to another worker, with what it needs to go on. Neither an attempt nor a lease loss is counted.
import { fromBinary } from "@bufbuild/protobuf";
import {
  type HandOffRequest,
  HandOffRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { checkHandOff, type HandingOff, handOffBytes, handOff as handOffRule, placedBy } from "../../core/hand-off.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { isRefusal, type Refusal, verifierNotIndependent } from "../../core/refusal.ts";
import { tie } from "../../core/task-record.ts";
import { writeHandOffs } from "../../store/note.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import type { Where } from "../runtime/wakeups.ts";
import { makeLanes } from "../tx/make-lanes.ts";
import type { TermsByTask } from "../tx/read-all-terms.ts";
import { type Contracts, contractOf, readContracts } from "../tx/read-all-terms.ts";
import { readBarred } from "../tx/who-may-lease.ts";
import { writeCheckpointsOf } from "./fail-task.ts";
import {
  answeredByReceipt,
  byTerms,
  type Done,
  type LeaseCall,
  type OnRecord,
  runLeaseOperation,
} from "./lease-operation.ts";

export type HandedOff = { readonly taskId: string; readonly state: TaskState; readonly receiptId: string };

type Facts = {
  readonly terms: TermsByTask;
  /** Where tasks wait from now on; filled as it is decided. */
  readonly next: Map<string, Where>;
  /** Of verification tasks: the principals that may not have them. */
  readonly barred: ReadonlyMap<string, readonly string[]>;
  readonly contracts: Contracts;
};

export function handOffs(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<HandOffRequest>[],
): Promise<(HandedOff | Refusal)[]> {
  return runLeaseOperation<typeof HandOffRequestSchema, HandedOff, Facts, HandingOff>(
    engine,
    tenantId,
    HandOffRequestSchema,
    calls,
    {
      method: LeaseService.method.handOff,
      check: checkHandOff,
      async read(tx, tenant, all) {
        const named = all.map(({ request }) => request.contract);
        const [terms, contracts] = await Promise.all([byTerms.read(tx, tenant, all), readContracts(tx, tenant, named)]);
        return { terms, contracts, next: new Map(), barred: new Map() };
      },
      whereTied: {
        ties: byTerms.whereTied.ties | tie.verifies,
        read: async (tx, tenant, held, { terms, ...facts }) => ({
          ...facts,
          terms: await byTerms.whereTied.read(tx, tenant, held, terms),
          barred: await readBarred(tx, tenant, held),
        }),
      },
      queueOf: ({ next }, taskId) => next.get(taskId),
      decide(held, { caller, request, mark }, { terms, next, barred, contracts }, context) {
        const to = request.to?.principal;
        // It would lie there: no claim of that principal gets it.
        if (to && barred.get(held.taskId)?.includes(formatPrincipal(to))) return verifierNotIndependent();
        const asked = terms.get(held.taskId);
        assert(asked !== undefined, "a held task was asked for");
        const named = contractOf(contracts, request.contract);
        if (isRefusal(named)) return named;
        const rules = { limits: caller.limits, mark, contract: named.contract };
        const decided = handOffRule(held, asked, request, rules, context);
        if ("handOff" in decided && decided.handOff) next.set(held.taskId, placedBy(asked, decided.handOff));
        return decided;
      },
      ...answeredByReceipt([ReceiptType.TASK_HANDED_OFF, ReceiptType.TASK_CANCELED], handedOff),
      afterwards: async (tx, tenant, done) => {
        await Promise.all([
          // In this order, as both write the same rows.
          writeCheckpointsOf(tx, tenant, done),
          writeHandOffsOf(tx, tenant, done),
          makeLanes(
            engine,
            tx,
            tenant,
            done.flatMap(({ decided: { lane } }) => lane ?? []),
          ),
        ]);
      },
    },
  );
}

async function writeHandOffsOf(
  tx: Transaction,
  tenantId: string,
  done: readonly Done<HandOffRequest, HandingOff>[],
): Promise<void> {
  const written = done.flatMap(({ decided: { after, handOff } }) =>
    handOff ? [{ taskId: after.taskId, bytes: handOffBytes(handOff) }] : [],
  );
  if (written.length === 0) return;
  await writeHandOffs(tx, {
    tenantId,
    taskIds: written.map(({ taskId }) => taskId),
    handOffs: written.map(({ bytes }) => bytes),
  });
}

function handedOff(taskId: string, { receiptId, body: bytes }: OnRecord): HandedOff {
  const { body } = fromBinary(ReceiptBodySchema, bytes);
  return { taskId, state: body.case === "taskHandedOff" ? TaskState.QUEUED : TaskState.CANCELED, receiptId };
}
