// Calls that are said twice are done once. A call with a request id leaves its mark in the transaction that does it;
// of racing twins the slower one is undone and run again, and then finds what the faster one did.
import { assert } from "../core/assert.ts";
import { type Refusal, Refused } from "../core/refusal.ts";

export type Call = {
  readonly method: string;
  readonly principal: string;
  /** Empty when the caller gave none: then nothing is remembered. */
  readonly requestId: string;
  readonly digest: Uint8Array;
};

const noDigest = new Uint8Array();

/** Only calls that can be repeated need one. */
export function callDigest(requestId: string, digest: () => Uint8Array): Uint8Array {
  return requestId === "" ? noDigest : digest();
}

/** Thrown inside a transaction to undo it: a twin has done the call, or has taken its id for another. */
export class RepeatedCall extends Error {
  override name = "RepeatedCall";
  readonly refusal: Refusal | undefined;
  constructor(refusal?: Refusal) {
    super("the call was said before");
    this.refusal = refusal;
  }
}

/** The faster twin has committed when the slower one learns of it, so the second try is the last. */
const triesMax = 3;

export async function runCall<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; tries <= triesMax; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RepeatedCall)) throw error;
      if (error.refusal) throw new Refused(error.refusal);
    }
  }
  assert(false, "a repeated call finds what its twin did");
}
