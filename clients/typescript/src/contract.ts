// What the contract says about errors, read from its descriptors: which reasons are retryable, and the code of each.
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

/** Codes of reasons that are not retryable. */
const finalCodes: ReadonlySet<Code> = new Set(
  [...reasons.values()].filter(({ retryable }) => !retryable).map(({ code }) => code),
);

const reasonOfCodeName: ReadonlyMap<string, ErrorReason> = new Map(
  [...reasons].map(([reason, { name }]) => [name, reason]),
);

/** Reasons from this number on are faults of the server; below it, the caller has to change something. */
const serverReasonsFrom = 80;

export function reasonName(reason: ErrorReason): string {
  return reasons.get(reason)?.name ?? `REASON_${reason}`;
}

/** Undefined for a reason that is newer than this kit. */
export function isRetryableReason(reason: ErrorReason): boolean | undefined {
  return reasons.get(reason)?.retryable;
}

export function isServerReason(reason: ErrorReason): boolean {
  return reason >= serverReasonsFrom;
}

/**
 * Every error of the service has a reason, so an error without one comes from the way to it: a broken connection, a
 * proxy. It is retryable unless the service uses its code for errors that are not.
 */
export function isRetryableCode(code: Code): boolean {
  return !finalCodes.has(code);
}

/** The reason that means the same as a code without a reason. */
export function reasonOfCode(code: Code): ErrorReason {
  if (code === Code.Aborted || code === Code.Canceled || code === Code.Unknown) return ErrorReason.UNAVAILABLE;
  const name = (Code[code] ?? "").replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  return reasonOfCodeName.get(name) ?? ErrorReason.UNSPECIFIED;
}
