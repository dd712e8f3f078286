// The directives that a session machine gives to its worker, and the notice that ends a stream.
import { type Directive, StreamEndReason } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { durationOfMs, timestampOfDate } from "./duration.ts";
import type { Canceled, EndNotice } from "./work-events.ts";

export function cancelDirective({ taskId, leaseId, cancelReason, cancelTime }: Canceled): Directive {
  return directive({
    case: "cancel",
    value: {
      $typeName: "asyncgate.v1.CancelDirective",
      taskId,
      leaseId,
      reason: cancelReason ?? "",
      ...(cancelTime && { cancelDeadline: timestampOfDate(cancelTime) }),
    },
  });
}

export function drainDirective(withinMs: number): Directive {
  return directive({
    case: "drain",
    value: { $typeName: "asyncgate.v1.DrainDirective", within: durationOfMs(withinMs) },
  });
}

export function budgetDirective({ taskId, leaseId }: Pick<Canceled, "taskId" | "leaseId">): Directive {
  return directive({ case: "budget", value: { $typeName: "asyncgate.v1.BudgetDirective", taskId, leaseId } });
}

export function leaseLimitDirective(leasesMax: number): Directive {
  return directive({ case: "leaseLimit", value: { $typeName: "asyncgate.v1.LeaseLimitDirective", leasesMax } });
}

function directive(content: Directive["directive"]): Directive {
  return { $typeName: "asyncgate.v1.Directive", directive: content };
}

const endMessages: Readonly<Partial<Record<StreamEndReason, string>>> = {
  [StreamEndReason.BYE]: "The worker said bye; its leases are released.",
  [StreamEndReason.SHUTDOWN]: "The server shuts down; reconnect, here or to another server.",
  [StreamEndReason.SLOW_CONSUMER]: "The worker does not read the stream.",
  [StreamEndReason.EXPIRED]: "No heartbeat came within the TTL; all leases of the session are lost.",
  [StreamEndReason.RESUMED_ELSEWHERE]: "The session was resumed on another stream.",
  [StreamEndReason.REVOKED]: "The credential was revoked.",
};

export function endNotice(reason: StreamEndReason): EndNotice {
  return { reason, message: endMessages[reason] ?? "" };
}
