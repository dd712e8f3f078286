// Errors of the protocol, for what has no result that could carry a failure: a call that is malformed, a resource that
// is not there, a server that does not answer.
import { type JSONRPCErrorResponse, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { detailOf } from "./line.ts";

export function invalidParams(message: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message);
}

/** Where a result has no place for a failure, it is an error of the protocol, with what the server said. */
export async function orProtocolError<Answer>(work: Promise<Answer>): Promise<Answer> {
  try {
    return await work;
  } catch (thrown) {
    throw protocolErrorOf(thrown);
  }
}

export function protocolErrorOf(thrown: unknown): ProtocolError {
  if (thrown instanceof ProtocolError) return thrown;
  const detail = detailOf(thrown);
  if (detail === undefined) return new ProtocolError(ProtocolErrorCode.InternalError, "The server does not answer.");
  return invalidParams([detail.message, detail.advice].join(" ").trim());
}

/** The answer to a request that the library does not answer by itself. */
export function errorAnswer(id: string | number, thrown: unknown): JSONRPCErrorResponse {
  const { code, message } = protocolErrorOf(thrown);
  return { jsonrpc: "2.0", id, error: { code, message } };
}
