// What services share: how batches answer item by item, and what ends a wait.
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { ErrorDetail } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { assert } from "../../core/assert.ts";
import { errorDetailOf } from "../../core/error-detail.ts";
import { invalidArgument, isRefusal, orThrow, type Refusal, Refused, unavailable } from "../../core/refusal.ts";
import { callIdOf } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";

/** The answer to a list of one, whose refusal refuses the call. */
export function single<Answer extends object>([answer]: readonly (Answer | Refusal)[]): Answer {
  assert(answer !== undefined, "every request has an answer");
  return orThrow(answer);
}

export type ItemResult<Case extends string, Answer> = {
  result: { case: Case; value: Answer } | { case: "error"; value: ErrorDetail };
};

/** One item of an answer: what was done, or why it was refused. */
export function itemResult<Case extends string, Answer extends object>(
  context: HandlerContext,
  answeredAs: Case,
  answer: Answer | Refusal,
): ItemResult<Case, Answer> {
  if (isRefusal(answer)) return { result: { case: "error", value: errorDetailOf(answer, callIdOf(context)) } };
  return { result: { case: answeredAs, value: answer } };
}

/** Runs the items that satisfy the rules as one batch; each of the others is refused in its position. */
export async function eachItem<Desc extends DescMessage, Case extends string, Answer extends object>(
  context: HandlerContext,
  { rules }: ServiceContext,
  schema: Desc,
  items: readonly MessageShape<Desc>[],
  answeredAs: Case,
  run: (valid: readonly MessageShape<Desc>[]) => Promise<readonly (Answer | Refusal)[]>,
): Promise<ItemResult<Case, Answer>[]> {
  const broken = items.map((item) => rules.check(schema, item));
  const valid = items.filter((_, index) => broken[index] === undefined);
  const answers = valid.length > 0 ? [...(await run(valid))] : [];
  return broken.map((rule) => {
    const answer = rule ? invalidArgument(rule.violations, rule.omitted) : answers.shift();
    assert(answer !== undefined, "every item has an answer");
    return itemResult(context, answeredAs, answer);
  });
}

/** For streams that only their own end may end: a server that shuts down says so, and the caller goes on elsewhere. */
export function throwIfDraining(context: HandlerContext, { draining }: ServiceContext): void {
  if (draining.aborted && !context.signal.aborted) throw new Refused(unavailable("The server is shutting down."));
}

/** A wait ends when its caller goes or the server shuts down. */
export function waitSignal(context: HandlerContext, { draining }: ServiceContext): AbortSignal {
  return AbortSignal.any([context.signal, draining]);
}
