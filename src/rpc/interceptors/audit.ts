// Every refusal of an administrative call leaves an audit record, wherever it is refused: at admission, by the rules of
// the contract, by the operation, or by the library before any of them. A call that succeeds leaves its record in the
// transaction that executes it, so only refusals are recorded here.
import type { DescMethod } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { methodOptions } from "../../core/method-options.ts";
import type { AuditRefusal } from "../../engine/admin/audit.ts";
import { errorFields, type Log } from "../../log.ts";
import { type Call, callKey } from "../call/call.ts";
import { reasonOf } from "./map-errors.ts";

export type AuditOptions = { readonly log: Log; readonly auditRefusal?: AuditRefusal };

/** By scope, so that a new service is covered as well. */
function isAdministrative(method: DescMethod): boolean {
  const { scope } = methodOptions(method).access;
  // Whatever gives credentials or changes what others may do.
  return scope.startsWith("admin:") || scope.endsWith(":manage") || scope.endsWith(":register");
}

/** Outside of `mapErrors`, so that it sees errors as they are sent. */
export function audit(options: AuditOptions): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (thrown) {
      const call = request.contextValues.get(callKey);
      const message = request.stream ? {} : (request.message as Readonly<Record<string, unknown>>);
      if (call !== undefined) await recordRefusal(request.method, call, thrown, message, options);
      throw thrown;
    }
  };
}

/** Records it once a call. If the record cannot be written, the call is refused all the same. */
export async function recordRefusal(
  method: DescMethod,
  call: Call,
  error: unknown,
  request: Readonly<Record<string, unknown>>,
  { log, auditRefusal }: AuditOptions,
): Promise<void> {
  const reason = reasonOf(error);
  if (reason === undefined || call.audited || auditRefusal === undefined || !isAdministrative(method)) return;
  call.audited = true;
  const { id: callId, peer, caller } = call;
  try {
    await auditRefusal({ method: call.method, reason, caller, peer, callId, request });
  } catch (failure) {
    log.error("a refusal could not be put on record", { call_id: callId, ...errorFields(failure) });
  }
}
