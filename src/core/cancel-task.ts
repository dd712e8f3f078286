// CancelTask as a rule: at once, or with a grace period in which the holder may end it itself.
import { TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { AmountTexts } from "./amounts.ts";
import { type Decision, type DecisionContext, stateAfter, step } from "./decision.ts";
import { addMs } from "./duration.ts";
import { endTask } from "./end-task.ts";
import type { CallMark } from "./ledger.ts";
import { spender } from "./spend.ts";
import { type Ended, type Held, isHeldTask, type Waiting } from "./task-record.ts";

export type Cancellation = {
  readonly canceller: string;
  readonly reason: string;
  readonly byHolder: boolean;
  /** The receipt that it follows from, of another task. */
  readonly cause?: string;
  readonly mark?: CallMark | undefined;
  readonly spend?: AmountTexts;
};

export function cancelTask(
  living: Waiting | Held,
  task: { readonly owner: string; readonly obligated: string },
  how: Cancellation,
  moment: DecisionContext,
): Decision<Ended> {
  return endTask(
    living,
    {
      state: stateAfter(living.state, "cancel"),
      reason: TerminalReason.CANCELED,
      outcome: { artifacts: [] },
      cancelReason: how.reason,
      from: how.canceller,
      owner: task.owner,
      obligated: task.obligated,
      body: {
        case: "taskCanceled",
        value: {
          $typeName: "asyncgate.v1.TaskCanceled",
          attempt: living.attempt,
          reason: how.reason,
          byHolder: how.byHolder,
          spend: { ...how.spend },
        },
      },
      discharges: true,
      ...(how.cause && { causes: [how.cause] }),
      mark: how.mark,
    },
    moment,
  );
}

/** The holder goes on, knowing that the owner wants it to end; when the grace is over the task is taken from it. */
export function requestCancel(
  held: Held,
  wish: { readonly canceller: string; readonly reason: string; readonly graceMs: number },
  moment: DecisionContext,
): Decision<Held> {
  const { carried, receipts } = step(held, moment, []);
  const asked = addMs(moment.now, wish.graceMs);
  // A second request may shorten the grace period of the first, and not lengthen it.
  const cancelTime = held.cancelTime && held.cancelTime < asked ? held.cancelTime : asked;
  const after: Held = {
    ...held,
    ...carried,
    state: held.state,
    cancelPrincipal: held.cancelPrincipal ?? wish.canceller,
    cancelReason: held.cancelReason ?? wish.reason,
    cancelTime,
  };
  return { before: held, after, receipts };
}

export function wantsCancel(living: Waiting | Held): boolean {
  return isHeldTask(living) && living.cancelTime !== null;
}

/** The holder gives the task back, and its owner has wanted it to end: it ends. */
export function cancelByHolder(
  held: Held,
  mark: CallMark | undefined,
  moment: DecisionContext,
  spend: AmountTexts = {},
): Decision<Ended> {
  const canceller = held.cancelPrincipal ?? held.owner;
  const how = { canceller, reason: held.cancelReason ?? "", byHolder: true, mark, spend };
  return { ...cancelTask(spender(held, { spend }), held, how, moment), before: held };
}
