// What the contract says of errors, read off its own descriptors: which reasons may be said again, which code each
// travels as. Nothing about reasons is kept by hand here.
import { getOption } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { failure } from "../../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { ErrorReason, ErrorReasonSchema } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";

type ReasonFacts = { readonly name: string; readonly code: Code; readonly retryable: boolean };

const reasons: ReadonlyMap<ErrorReason, ReasonFacts> = new Map(
  ErrorReasonSchema.values
    .filter(({ number }) => number !== ErrorReason.UNSPECIFIED)
    .map((value) => {
      const { grpcCode, retryable } = getOption(value, failure);
      return [value.number as ErrorReason, { name: value.localName, code: grpcCode as Code, retryable }];
    }),
);

/** Codes that some reason travels as which no repetition helps. */
const hopelessCodes: ReadonlySet<Code> = new Set(
  [...reasons.values()].filter(({ retryable }) => !retryable).map(({ code }) => code),
);

const reasonOfCodeName: ReadonlyMap<string, ErrorReason> = new Map(
  [...reasons].map(([reason, { name }]) => [name, reason]),
);

/** Numbers from here on are the server's own trouble; below, the caller has to change something. */
const serverReasonsFrom = 80;

export function reasonName(reason: ErrorReason): string {
  return reasons.get(reason)?.name ?? `REASON_${reason}`;
}

/** Undefined: this kit is older than the reason. */
export function isRetryableReason(reason: ErrorReason): boolean | undefined {
  return reasons.get(reason)?.retryable;
}

export function isServerReason(reason: ErrorReason): boolean {
  return reason >= serverReasonsFrom;
}

/**
 * Every answer of the service carries its reason, so what comes without one was made on the way: a connection that
 * broke, a proxy. It may be said again unless its code is one by which the service refuses for good.
 */
export function isRetryableCode(code: Code): boolean {
  return !hopelessCodes.has(code);
}

/** The reason that says what a bare code says. */
export function reasonOfCode(code: Code): ErrorReason {
  if (code === Code.Aborted || code === Code.Canceled || code === Code.Unknown) return ErrorReason.UNAVAILABLE;
  const name = (Code[code] ?? "").replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return reasonOfCodeName.get(name) ?? ErrorReason.UNSPECIFIED;
}
