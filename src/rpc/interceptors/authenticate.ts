/**
 * Who calls: the bearer credential of the request's headers, or else the certificate of its connection, judged before a
 * byte of the body is read. Every way a credential can be wrong is answered in the same words; which one it was goes
 * into the call's log line.
 */
import type { HandlerContext } from "@connectrpc/connect";
import { Refused, unauthenticated } from "../../core/refusal.ts";
import type { Caller } from "../../engine/caller.ts";
import { type Call, callerKey, callKey } from "../call/call.ts";

/** Takes the credential without the word `Bearer`. Undefined means no: malformed, unknown, expired or revoked. */
export type Authenticate = (bearer: string) => Promise<Caller | undefined>;

/** The cause of a refusal: what is wrong with a credential, for the log alone. Never holds any of it. */
export class CredentialFault extends Error {
  override name = "CredentialFault";
}

/** Refuses a credential in the words that all refused ones get. */
export function badCredential(fault: string): Refused {
  return new Refused(unauthenticated(), { cause: new CredentialFault(fault) });
}

// As RFC 6750 writes tokens; the scheme's case does not matter.
const BEARER = /^bearer +([A-Za-z0-9._~+/=-]+)$/i;

export function authenticate(judge: Authenticate): (context: HandlerContext) => Promise<void> {
  return async (context) => {
    const call = context.values.get(callKey);
    const ask = judgementOf(context.requestHeader.get("authorization"), judge, call);
    try {
      const identity = await ask();
      if (identity === undefined) throw new Refused(unauthenticated());
      context.values.set(callerKey, identity);
      if (call === undefined) return;
      call.caller = identity;
      call.reauthenticate = ask;
    } catch (thrown) {
      if (call !== undefined) call.credentialFault = faultOf(thrown);
      throw thrown;
    }
  };
}

/** Whoever shows a bearer credential is judged by it alone, also when it is a bad one. */
function judgementOf(header: string | null, judge: Authenticate, call: Call | undefined) {
  if (header === null) return async () => await call?.certificate?.();
  const bearer = BEARER.exec(header)?.[1];
  return async () => (bearer === undefined ? undefined : await judge(bearer));
}

function faultOf(thrown: unknown): string {
  return thrown instanceof Refused && thrown.cause instanceof CredentialFault ? thrown.cause.message : "";
}
