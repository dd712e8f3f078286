// What is asked of a call as soon as its headers are there and before a byte of its body is read: is the server
// staying, who calls, may they, and do they call too often. Interceptors come too late for it: they start only after a
// unary body is read.
import type { DescMethod } from "@bufbuild/protobuf";
import { ConnectError, type HandlerContext } from "@connectrpc/connect";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { Refused, unavailable } from "../../core/refusal.ts";
import { type Call, callKey, isCallerGone } from "../call/call.ts";
import type { Rates } from "../call/rates.ts";
import { type AuditOptions, recordRefusal } from "../interceptors/audit.ts";
import { type Authenticate, authenticate, identify } from "../interceptors/authenticate.ts";
import { authorize, isPublic } from "../interceptors/authorize.ts";
import { connectErrorOf, type MapErrorsOptions, rewriteLibraryError } from "../interceptors/map-errors.ts";
import { callerGone, endCall, type ObserveOptions } from "../interceptors/observe.ts";
import { type TenantScheduler, weightOf } from "./tenant-scheduler.ts";

export type AdmissionOptions = ObserveOptions &
  MapErrorsOptions &
  AuditOptions & {
    readonly authenticate: Authenticate;
    readonly rates: Rates;
    readonly scheduler: TenantScheduler;
    readonly draining: AbortSignal;
  };

/** How long callers of a server that goes wait before they try another, or its successor. */
const drainRetryMs = 1_000;

/** For the library, which runs it ahead of the interceptors, and makes errors of its own between the two. */
export function admitLibraryCall(options: AdmissionOptions): (context: HandlerContext) => Promise<void> {
  const admit = createAdmission(options);
  return async (context) => {
    const call = context.values.get(callKey);
    if (call === undefined) throw new Error("a call reached admission without having been opened by the server");
    call.protocol = call.door ?? context.protocolName;
    watchForLibraryErrors(context, call, options);
    await admit(context, call);
  };
}

/** Lets a call in, or throws the error to answer it with; then the call has ended. */
export function createAdmission(options: AdmissionOptions): (context: HandlerContext, call: Call) => Promise<void> {
  const identify = authenticate(options.authenticate);
  return async (context, call) => {
    if (isPublic(context.method)) return;
    try {
      refuseWhileDraining(options.draining);
      await identify(context);
      authorize(context);
      await refuseTooMany(call, options.rates);
      call.isAllowed = () => isStillAllowed(context, identify);
      await waitForTurn(context.method, call, options.scheduler);
    } catch (thrown) {
      const error = connectErrorOf(thrown, call, options);
      await recordRefusal(context.method, call, error, {}, options);
      throw rejectCall(call, error, options);
    }
  };
}

/**
 * For a request that makes its calls later, each behind the whole of admission: asks only who sends it, before its body
 * is read. Answers with the error for a caller that cannot be identified; then the call has ended.
 */
export async function identifyCaller(
  call: Call,
  authorization: string | undefined,
  options: AdmissionOptions,
): Promise<ConnectError | undefined> {
  try {
    if (call.slot.refusal) throw new Refused(call.slot.refusal);
    refuseWhileDraining(options.draining);
    await identify(authorization ?? null, options.authenticate, call);
    return undefined;
  } catch (thrown) {
    return rejectCall(call, thrown, options);
  }
}

function refuseWhileDraining(draining: AbortSignal): void {
  if (draining.aborted) throw new Refused(unavailable("The server is shutting down.", drainRetryMs));
}

/** After the scope check: a call that the caller may never make is refused for that, and does not count in its rate. */
async function refuseTooMany({ caller }: Call, rates: Rates): Promise<void> {
  const refusal = caller && rates.take(caller);
  if (refusal === undefined) return;
  await rates.holdBack();
  throw new Refused(refusal);
}

async function waitForTurn(method: DescMethod, call: Call, turns: TenantScheduler): Promise<void> {
  const weight = weightOf(method);
  if (call.caller === undefined || weight === undefined) return;
  const leave = await turns.enter(call.caller.tenantId, weight);
  // Its caller may have gone meanwhile.
  if (call.ended) leave();
  else call.leaveScheduler = leave;
}

/** Ends a call that no handler has seen, and gives the error to answer it with. */
export function rejectCall(call: Call, thrown: unknown, options: AdmissionOptions): ConnectError {
  const error = connectErrorOf(thrown, call, options);
  endCall(call, { error }, options);
  return error;
}

const endingReasons: ReadonlySet<ErrorReason> = new Set([
  ErrorReason.UNAUTHENTICATED,
  ErrorReason.PERMISSION_DENIED,
  ErrorReason.TENANT_SUSPENDED,
]);

/** Throws when it cannot be judged now. */
async function isStillAllowed(
  context: HandlerContext,
  identify: (context: HandlerContext) => Promise<void>,
): Promise<boolean> {
  try {
    await identify(context);
    authorize(context);
    return true;
  } catch (thrown) {
    if (thrown instanceof Refused && endingReasons.has(thrown.refusal.reason)) return false;
    throw thrown;
  }
}

/**
 * Unary bodies are read, and answers written, outside the interceptors. What the library throws there it hands to the
 * context's signal first, the same object, and writes it to the wire after that: here it gets its reason and its log
 * line. test/rpc/errors.test.ts holds the library to it, over all three protocols.
 */
function watchForLibraryErrors(context: HandlerContext, call: Call, options: AdmissionOptions): void {
  const { signal } = context;
  const onAbort = () => {
    const error: unknown = signal.reason;
    if (error instanceof ConnectError) rewriteLibraryError(error, call, options);
    if (!call.entered) void recordRefusal(context.method, call, error, {}, options);
    if (!call.entered) endCall(call, { error: isCallerGone(error, call) ? callerGone : error }, options);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
}
