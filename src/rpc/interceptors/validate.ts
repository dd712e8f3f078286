// Every request message, also of a stream, keeps the contract's rules before a handler sees it. A refusal lists all
// violations at once.
import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { invalidArgument, Refused } from "../../core/refusal.ts";
import type { Rules } from "../rules/rules.ts";

export function validate(rules: Rules): Interceptor {
  return (next) => async (request) => {
    const schema = request.method.input;
    if (request.stream) return await next({ ...request, message: validated(request.message, schema, rules) });
    assertValid(request.message, schema, rules);
    return await next(request);
  };
}

async function* validated<M extends Message>(
  messages: AsyncIterable<M>,
  schema: DescMessage,
  rules: Rules,
): AsyncIterable<M> {
  for await (const message of messages) {
    assertValid(message, schema, rules);
    yield message;
  }
}

function assertValid(message: Message, schema: DescMessage, rules: Rules): void {
  const broken = rules.check(schema, message);
  if (broken !== undefined) throw new Refused(invalidArgument(broken.violations, broken.omitted));
}
