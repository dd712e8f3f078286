// Which operation applies which kind of item of a worker's frame.
import type {
  CompleteTaskRequest,
  FailTaskRequest,
  HandOffRequest,
  ReleaseLeaseRequest,
  ReportProgressRequest,
  RequestInputRequest,
  StartTaskRequest,
  SuspendTaskRequest,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { AppendOutputRequest } from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { assert } from "../../core/assert.ts";
import type { Answer, Item, ItemKind } from "../../core/work-holdings.ts";
import type { Caller } from "../caller.ts";
import type { SessionEpoch } from "./heartbeats.ts";

type Settle<Request> = (caller: Caller, requests: readonly Request[]) => Promise<Answer[]>;

export type ItemOperations = {
  acceptLeases(
    caller: Caller,
    request: { readonly sessionId: string; readonly tokens: readonly string[] },
  ): Promise<Answer[]>;
  readonly startTasks: Settle<StartTaskRequest>;
  readonly reportProgress: Settle<ReportProgressRequest>;
  readonly completeTasks: Settle<CompleteTaskRequest>;
  readonly failTasks: Settle<FailTaskRequest>;
  readonly releaseLeases: Settle<ReleaseLeaseRequest>;
  readonly suspendTasks: Settle<SuspendTaskRequest>;
  readonly appendOutputs: Settle<AppendOutputRequest>;
  readonly handOffs: Settle<HandOffRequest>;
  readonly requestInputs: Settle<RequestInputRequest>;
};

type SettleItems = (caller: Caller, session: SessionEpoch, kind: ItemKind, items: readonly Item[]) => Promise<Answer[]>;

/** Applies items of one kind, at most one of each lease. Answers in their order. */
export function createSettleItems(operations: ItemOperations): SettleItems {
  return (caller, { sessionId }, kind, items) => {
    switch (kind) {
      case "accept": {
        const tokens = items.map(({ message }) => message.leaseToken);
        return operations.acceptLeases(caller, { sessionId, tokens });
      }
      case "decline":
        return operations.releaseLeases(caller, messagesOf(items, kind).map(releaseOf));
      case "start":
        return operations.startTasks(caller, messagesOf(items, kind));
      case "progress":
        return operations.reportProgress(caller, messagesOf(items, kind));
      case "complete":
        return operations.completeTasks(caller, messagesOf(items, kind));
      case "fail":
        return operations.failTasks(caller, messagesOf(items, kind));
      case "release":
        return operations.releaseLeases(caller, messagesOf(items, kind));
      case "suspend":
        return operations.suspendTasks(caller, messagesOf(items, kind));
      case "output":
        return operations.appendOutputs(caller, messagesOf(items, kind));
      case "handOff":
        return operations.handOffs(caller, messagesOf(items, kind));
      case "question":
        return operations.requestInputs(caller, messagesOf(items, kind));
    }
  };
}

type MessageOf<Kind extends ItemKind> = Extract<Item, { readonly kind: Kind }>["message"];

function messagesOf<Kind extends ItemKind>(items: readonly Item[], kind: Kind): MessageOf<Kind>[] {
  return items.map((item) => {
    assert(item.kind === kind, "a batch has items of one kind");
    return item.message as MessageOf<Kind>;
  });
}

/** A declined offer returns to its queue as a released lease does, and counts neither as an attempt nor as a loss. */
function releaseOf({ leaseToken, reason }: MessageOf<"decline">): ReleaseLeaseRequest {
  return { $typeName: "asyncgate.v1.ReleaseLeaseRequest", leaseToken, reason, requestId: "" };
}
