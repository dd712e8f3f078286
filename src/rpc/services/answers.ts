// What services share: how a refusal leaves, how batches answer item by item, how long a wait may hold on.
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { ErrorDetail } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { assert } from "../../core/assert.ts";
import { errorDetailOf, invalidArgument, isRefusal, type Refusal, Refused } from "../../core/refusal.ts";
import { callIdOf } from "../call/call.ts";
import type { ServiceContext } from "../server.ts";

/** The answer, or the refusal thrown for the interceptor that answers it. */
export function orRefuse<Answer extends object>(answer: Answer | Refusal | undefined): Answer {
  assert(answer !== undefined, "every request has an answer");
  if (isRefusal(answer)) throw new Refused(answer);
  return answer;
}

type ItemResult<Case extends string, Answer> = {
  result: { case: Case; value: Answer } | { case: "error"; value: ErrorDetail };
};

/** Runs the items that keep their rules as one batch; the others are refused one by one, in their places. */
export async function eachItem<Desc extends DescMessage, Case extends string, Answer extends object>(
  context: HandlerContext,
  { rules }: ServiceContext,
  schema: Desc,
  items: readonly MessageShape<Desc>[],
  answeredAs: Case,
  run: (good: readonly MessageShape<Desc>[]) => Promise<readonly (Answer | Refusal)[]>,
): Promise<ItemResult<Case, Answer>[]> {
  const broken = items.map((item) => rules.check(schema, item));
  const good = items.filter((_, index) => broken[index] === undefined);
  const answers = good.length > 0 ? [...(await run(good))] : [];
  return broken.map((rule) => {
    const answer = rule ? invalidArgument(rule.violations, rule.omitted) : answers.shift();
    assert(answer !== undefined, "every item has an answer");
    if (isRefusal(answer)) return { result: { case: "error", value: errorDetailOf(answer, callIdOf(context)) } };
    return { result: { case: answeredAs, value: answer as Answer } };
  });
}

/** A wait ends when its caller goes or the server does. */
export function waitSignal(context: HandlerContext, { draining }: ServiceContext): AbortSignal {
  return AbortSignal.any([context.signal, draining]);
}
