// A grant as the worker gets it: task, lease, token.
import type { Lease, WaitResult } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { Worker } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { HandOff, Holder, Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Review } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { durationOfMs, timestampOfDate } from "../../core/duration.ts";
import { formatLeaseToken } from "../../core/lease-token.ts";
import { parsePrincipal } from "../../core/principal.ts";
import type { Held } from "../../core/task-record.ts";
import type { Caller } from "../caller.ts";
import { type LeasedFields, leasedTask, reviewMessage } from "./assemble-task.ts";

export type GrantedTask = {
  readonly task: Task;
  readonly lease: Lease;
  readonly acceptedReceiptId: string;
  /** What became of the conditions that it waited for, and about what that and the review weigh. */
  readonly waitResults: WaitResult[];
  readonly resultBytes: number;
  /** How it was last handed off. */
  readonly handOff: HandOff | undefined;
  /** The last report on it, which was rejected, with its verdicts. */
  readonly review: Review | undefined;
};

export type WaitResults = { readonly results: WaitResult[]; readonly bytes: number };

/** What earlier holders and conditions have left for the next one. */
export type Legacy = {
  readonly checkpoint: Uint8Array | null;
  readonly waited: WaitResults | undefined;
  readonly handOff: HandOff | undefined;
  readonly review: Uint8Array | null;
};

/** Who gets the task, and in which form. */
type Recipient = { readonly caller: Caller; readonly omitHolder?: boolean | undefined };

/** `asked` is taken over: it becomes the answer's task. */
export function grantedTask(
  { caller, omitHolder = false }: Recipient,
  held: Granted,
  asked: Task,
  { checkpoint, waited, handOff, review }: Legacy,
): GrantedTask {
  const lease = leaseMessage(caller, held);
  const task = leasedTask(asked, held, checkpoint);
  if (!omitHolder) task.holder = holderOfLease(lease);
  const { acceptedReceiptId } = held;
  const { results: waitResults, bytes } = waited ?? { results: [], bytes: 0 };
  const resultBytes = bytes + (review?.length ?? 0);
  return { task, lease, acceptedReceiptId, waitResults, resultBytes, handOff, review: reviewMessage(review) };
}

function holderOfLease({ worker, leaseId, fence, grantTime, expireTime }: Lease): Holder {
  return { $typeName: "asyncgate.v1.Holder", worker, leaseId, fence, grantTime, expireTime };
}

type LeaseFields = Pick<
  Held,
  "leaseId" | "taskId" | "worker" | "instance" | "fence" | "grantTime" | "expireTime" | "renewals" | "ttlMs"
>;

/** What the worker is told of a grant. */
type Granted = LeaseFields & LeasedFields & Pick<Held, "acceptedReceiptId">;

export function leaseMessage(caller: Caller, held: LeaseFields): Lease {
  return {
    $typeName: "asyncgate.v1.Lease",
    leaseId: held.leaseId,
    taskId: held.taskId,
    worker: workerMessage(held),
    fence: BigInt(held.fence),
    token: formatLeaseToken(caller.tokenKey, held.worker, held),
    grantTime: timestampOfDate(held.grantTime),
    expireTime: timestampOfDate(held.expireTime),
    renewals: held.renewals,
    ttl: durationOfMs(held.ttlMs),
  };
}

export function workerMessage({ worker, instance }: Pick<Held, "worker" | "instance">): Worker {
  return { $typeName: "asyncgate.v1.Worker", principal: parsePrincipal(worker), instance };
}
