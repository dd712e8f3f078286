/**
 * A stream lives no longer than the credential that opened it: credentials of open streams are judged again and again,
 * each once however many streams it has, and a stream whose credential is no good any more ends with that refusal.
 */
import type { Interceptor } from "@connectrpc/connect";
import { failureOf, Refused, unauthenticated } from "../../core/refusal.ts";
import type { Caller } from "../../engine/caller.ts";
import { type Call, callKey } from "../call/call.ts";

/** With what the engine remembers (4 s) this keeps the promise of 5 s. */
const RECHECK_INTERVAL_MS = 500;

/** They tell their peers in words of their own protocol, and look for themselves: `Gone` with REVOKED. */
const LOOK_FOR_THEMSELVES = new Set(["asyncgate.v1.WorkerService/Work"]);

export type Reauthentication = {
  readonly interceptor: Interceptor;
  /** Judges all credentials of open streams once. Called now and then; tests call it when they want it. */
  runOnce(): Promise<void>;
  stop(): void;
};

type Ask = () => Promise<Caller | undefined>;
/** Streams of one credential: any one's question answers for all. */
type Group = { readonly ask: Ask; readonly enders: Set<(refusal: Refused) => void> };

export function createReauthentication(): Reauthentication {
  const groups = new Map<string, Group>();
  const runOnce = async () => {
    await Promise.all([...groups.values()].map((group) => judge(group)));
  };
  const timer = setInterval(() => void runOnce(), RECHECK_INTERVAL_MS).unref();
  return {
    runOnce,
    stop: () => clearInterval(timer),
    interceptor: (next) => async (request) => {
      const call = request.contextValues.get(callKey);
      if (!request.stream || !call?.caller || !call.reauthenticate || LOOK_FOR_THEMSELVES.has(call.method)) {
        return await next(request);
      }
      const response = await next(request);
      if (!response.stream) return response;
      return { ...response, message: whileGood(response.message, call, groups) };
    },
  };
}

/** An API key is one credential however many streams show it; tokens and certificates have ends of their own. */
function nameOf({ id, caller }: Call): string {
  const keyId = caller?.keyId ?? "";
  return keyId.includes(":") ? id : keyId;
}

async function judge({ ask, enders }: Group): Promise<void> {
  try {
    if ((await ask()) === undefined) endAll(enders, new Refused(unauthenticated()));
  } catch (thrown) {
    // That nobody can be asked now says nothing about the credential.
    if (thrown instanceof Refused && !failureOf(thrown.refusal.reason).retryable) endAll(enders, thrown);
  }
}

function endAll(enders: Group["enders"], refusal: Refused): void {
  for (const end of [...enders]) end(refusal);
}

async function* whileGood<M>(messages: AsyncIterable<M>, call: Call, groups: Map<string, Group>): AsyncGenerator<M> {
  const { reauthenticate: ask } = call;
  if (ask === undefined) return yield* messages;
  const name = nameOf(call);
  const group = groups.get(name) ?? { ask, enders: new Set() };
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
      // A promise a message, and not a race with one that lives as long as the stream: that one would keep them all.
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
    // Not awaited: a handler that waits for something ends when the call's signal tells it.
    iterator.return?.().catch(() => {});
  }
}
