/**
 * Every refusal of an administrative call leaves an audit record, wherever it is refused: at the gate, by the rules of
 * the contract, by the operation, or by the library before any of them. What is done leaves its own in the transaction
 * that does it, so here only refusals are looked after.
 */
import { type DescMethod, getOption } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { access } from "../../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import type { AuditRefusal } from "../../engine/admin/audit.ts";
import { errorFields, type Log } from "../../log.ts";
import { type Call, callKey } from "../call/call.ts";
import { reasonOf } from "./map-errors.ts";

export type AuditOptions = { readonly log: Log; readonly auditRefusal?: AuditRefusal };

/** Reading an option parses it anew each time. */
const known = new WeakMap<DescMethod, boolean>();

/** What administrates by the contract, whatever services may come. */
function isAdministrative(method: DescMethod): boolean {
  const is = known.get(method) ?? getOption(method, access).scope.startsWith("admin:");
  known.set(method, is);
  return is;
}

/** Stands around `refuse`, so that it sees refusals as they leave. */
export function audit(options: AuditOptions): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (thrown) {
      const call = request.contextValues.get(callKey);
      const message = request.stream ? {} : (request.message as Readonly<Record<string, unknown>>);
      if (call !== undefined) await noteRefusal(request.method, call, thrown, message, options);
      throw thrown;
    }
  };
}

/** Once a call. That a refusal could not be recorded does not change it: the caller is refused all the same. */
export async function noteRefusal(
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
