// Identifies the caller by the bearer credential of the request's headers, or else by the certificate of its
// connection, before a byte of the body is read. Every invalid credential is answered with the same words; the call's
// log line says what was wrong with it.
import type { HandlerContext } from "@connectrpc/connect";
import { Refused, unauthenticated } from "../../core/refusal.ts";
import type { Caller } from "../../engine/caller.ts";
import { type Call, callerKey, callKey } from "../call/call.ts";

/** Takes the credential without the word `Bearer`. Undefined if it is malformed, unknown, expired or revoked. */
export type Authenticate = (bearer: string) => Promise<Caller | undefined>;

/** The cause of a refusal: what is wrong with a credential, for the log only. Contains no part of the credential. */
export class CredentialFault extends Error {
  override name = "CredentialFault";
}

/** The refusal that all invalid credentials get. */
export function badCredential(fault: string): Refused {
  return new Refused(unauthenticated(), { cause: new CredentialFault(fault) });
}

// Tokens as in RFC 6750; the case of the scheme does not matter.
const bearerPattern = /^bearer +([A-Za-z0-9._~+/=-]+)$/i;

export function authenticate(judge: Authenticate): (context: HandlerContext) => Promise<void> {
  return async (context) => {
    const header = context.requestHeader.get("authorization");
    context.values.set(callerKey, await identify(header, judge, context.values.get(callKey)));
  };
}

/** Throws the refusal of a caller that cannot be identified. */
export async function identify(header: string | null, judge: Authenticate, call: Call | undefined): Promise<Caller> {
  const ask = identification(header, judge, call);
  try {
    const caller = await ask();
    if (caller === undefined) throw new Refused(unauthenticated());
    if (call !== undefined) {
      call.caller = caller;
      call.reauthenticate = ask;
    }
    return caller;
  } catch (thrown) {
    if (call !== undefined) call.credentialFault = faultOf(thrown);
    throw thrown;
  }
}

/** With a bearer credential, the certificate does not count, even if the credential is invalid. */
function identification(header: string | null, judge: Authenticate, call: Call | undefined) {
  if (header === null) return async () => await call?.certificate?.();
  const bearer = bearerPattern.exec(header)?.[1];
  return async () => (bearer === undefined ? undefined : await judge(bearer));
}

function faultOf(thrown: unknown): string {
  return thrown instanceof Refused && thrown.cause instanceof CredentialFault ? thrown.cause.message : "";
}
