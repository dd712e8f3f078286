// A node's calls to the service, each with the credential that it has at the time.
import { type Calls, createCalls } from "../../../clients/typescript/src/client-calls.ts";
import { AsyncGateError } from "../../../clients/typescript/src/errors.ts";
import { connect } from "../../../clients/typescript/src/transport.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";

export type ServiceLine = Calls & { close(): void };

/** Shorter than a node is waited for when it stops; calls that wait name their own. */
const timeoutMs = 10_000;

export function openLine(endpoint: string, key: () => string): ServiceLine {
  const { transport, close } = connect(endpoint, { key });
  return { ...createCalls(transport, { timeoutMs }), close };
}

/** The credential has ended: a node registers again. */
export function isUnauthenticated(error: unknown): boolean {
  return error instanceof AsyncGateError && error.reason === ErrorReason.UNAUTHENTICATED;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
