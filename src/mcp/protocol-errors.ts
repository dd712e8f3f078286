// Errors of the protocol, for what has no result that could carry a failure: a call that is malformed, a resource that
// is not there, a server that does not answer.
import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { detailOf } from "./line.ts";

export function invalidParams(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}

/** Where a result has no place for a failure, it is an error of the protocol, with what the server said. */
export async function orProtocolError<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof ProtocolError) throw thrown;
    const detail = detailOf(thrown);
    if (detail === undefined) throw new ProtocolError(ProtocolErrorCode.InternalError, "The server does not answer.");
    throw invalidParams([detail.message, detail.advice].join(" ").trim());
  }
}
