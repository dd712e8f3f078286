// A stream does not outlive the credential that opened it: the credentials of open streams are checked again and again,
// each once however many streams it has, and streams whose credential is no longer valid end with that refusal.
import type { Interceptor } from "@connectrpc/connect";
import { failureOf } from "../../core/error-detail.ts";
import { methodOptions } from "../../core/method-options.ts";
import { Refused, unauthenticated } from "../../core/refusal.ts";
import type { Caller } from "../../engine/caller.ts";
import { type Call, callKey } from "../call/call.ts";

/** Together with the engine's cache of credentials (4 s), this keeps the promise of 5 s. */
const intervalMs = 500;

export type Reauthentication = {
  readonly interceptor: Interceptor;
  /** Checks the credentials of all open streams once. Runs by itself every half second. */
  runOnce(): Promise<void>;
  stop(): void;
};

type Check = () => Promise<Caller | undefined>;
/** The streams of one credential: the check of any one answers for all. */
type Group = { readonly check: Check; readonly enders: Set<(refusal: Refused) => void> };

export function createReauthentication(): Reauthentication {
  const groups = new Map<string, Group>();
  const runOnce = async () => {
    await Promise.all([...groups.values()].map((group) => recheck(group)));
  };
  const timer = setInterval(() => void runOnce(), intervalMs).unref();
  return {
    runOnce,
    stop: () => clearInterval(timer),
    interceptor: (next) => async (request) => {
      const call = request.contextValues.get(callKey);
      const isChecked = request.stream && !methodOptions(request.method).isSelfChecking;
      const response = await next(request);
      if (!isChecked || !response.stream || !call?.caller || !call.reauthenticate) return response;
      return { ...response, message: whileValid(response.message, call, call.reauthenticate, groups) };
    },
  };
}

/** An API key is one credential for all its streams. Tokens and certificates expire one by one. */
function credentialName({ id, caller }: Call): string {
  const keyId = caller?.keyId ?? "";
  return keyId.includes(":") ? id : keyId;
}

async function recheck({ check, enders }: Group): Promise<void> {
  try {
    if ((await check()) === undefined) endAll(enders, new Refused(unauthenticated()));
  } catch (thrown) {
    // A check that cannot be made now says nothing about the credential.
    if (thrown instanceof Refused && !failureOf(thrown.refusal.reason).retryable) endAll(enders, thrown);
  }
}

function endAll(enders: Group["enders"], refusal: Refused): void {
  for (const end of [...enders]) end(refusal);
}

async function* whileValid<M>(
  messages: AsyncIterable<M>,
  call: Call,
  check: Check,
  groups: Map<string, Group>,
): AsyncGenerator<M> {
  const name = credentialName(call);
  const group = groups.get(name) ?? { check, enders: new Set() };
  groups.set(name, group);
  let ended: Refused | undefined;
  let endWait: ((refusal: Refused) => void) | undefined;
  const end = (refusal: Refused) => {
    ended = refusal;
    endWait?.(refusal);
  };
  group.enders.add(end);
  const iterator = messages[Symbol.asyncIterator]();
  try {
    while (ended === undefined) {
      // A promise for each message. A race with one that lives as long as the stream would keep all of them in memory.
      const next = await new Promise<IteratorResult<M>>((resolve, reject) => {
        endWait = reject;
        iterator.next().then(resolve, reject);
      });
      if (next.done) return;
      yield next.value;
    }
    throw ended;
  } finally {
    group.enders.delete(end);
    if (group.enders.size === 0) groups.delete(name);
    // Not awaited: a handler that waits ends when the call's signal is aborted.
    iterator.return?.().catch(() => {});
  }
}
