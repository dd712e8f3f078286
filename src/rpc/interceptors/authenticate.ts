/**
 * Who calls: the bearer credential of the request's headers, judged before a byte of the body is read. Every way a
 * credential can be wrong is answered in the same words.
 */
import type { HandlerContext } from "@connectrpc/connect";
import { Refused, unauthenticated } from "../../core/refusal.ts";
import { callKey, type Identity, identityKey } from "../identity.ts";

/** Takes the key without the word `Bearer`. Undefined means no: malformed, unknown, expired or revoked. */
export type Authenticate = (key: string) => Promise<Identity | undefined>;

// As RFC 6750 writes tokens; the scheme's case does not matter.
const BEARER = /^bearer +([A-Za-z0-9._~+/=-]+)$/i;

export function authenticate(judge: Authenticate): (context: HandlerContext) => Promise<void> {
  return async (context) => {
    const key = BEARER.exec(context.requestHeader.get("authorization") ?? "")?.[1];
    const identity = key === undefined ? undefined : await judge(key);
    if (identity === undefined) throw new Refused(unauthenticated());
    context.values.set(identityKey, identity);
    const call = context.values.get(callKey);
    if (call !== undefined) call.identity = identity;
  };
}
