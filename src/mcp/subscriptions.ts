// Subscriptions to resources: one watch call each, under the caller's own credential. A subscription is answered when
// its watch has begun, so every change after the answer is told. A watch that breaks is begun anew, and then the
// subscriber is told to look, because something may have been missed meanwhile.
import { setTimeout as wait } from "node:timers/promises";
import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { detailOf, type Line } from "./line.ts";
import { invalidParams, protocolErrorOf } from "./protocol-errors.ts";
import { isResource, watchResource } from "./resources.ts";

export type Subscriptions = {
  /**
   * Resolves when the watch has begun. Rejects with an error of the protocol: the uri names nothing, or nothing that
   * the caller may see; there are too many; the server does not begin to watch in time.
   */
  add(uri: string): Promise<void>;
  remove(uri: string): void;
  close(): void;
};

type Subscription = { readonly stopping: AbortController; readonly begun: Promise<void> };

/** Each is a stream at the server, which bounds them by caller as well. */
const subscriptionsMax = 100;
/** Hosts end calls after 60 s; a server that is well begins in milliseconds. */
const beginMsMax = 15_000;
const retryMinMs = 1_000;
const retryMaxMs = 15_000;

export function createSubscriptions(
  line: Line,
  notify: (uri: string) => void,
  beginWithinMs: number = beginMsMax,
): Subscriptions {
  const running = new Map<string, Subscription>();
  const begin = async (uri: string): Promise<Subscription> => {
    if (!isResource(uri)) throw invalidParams(`There is no resource ${JSON.stringify(uri)}.`);
    if (running.size >= subscriptionsMax) {
      throw invalidParams(`There are ${subscriptionsMax} subscriptions, and there can be no more.`);
    }
    const stopping = new AbortController();
    const begun = watchUntil(stopping, line, uri, () => notify(uri), beginWithinMs);
    const subscription = { stopping, begun };
    running.set(uri, subscription);
    return subscription;
  };
  return {
    async add(uri) {
      const subscription = running.get(uri) ?? (await begin(uri));
      try {
        await subscription.begun;
      } catch (thrown) {
        if (running.get(uri) === subscription) running.delete(uri);
        throw thrown;
      }
    },
    remove(uri) {
      running.get(uri)?.stopping.abort();
      running.delete(uri);
    },
    close() {
      for (const { stopping } of running.values()) stopping.abort();
      running.clear();
    },
  };
}

/** Resolves when the watch has begun; it goes on until it is stopped. One that has not begun in time is stopped. */
function watchUntil(
  stopping: AbortController,
  line: Line,
  uri: string,
  notify: () => void,
  beginWithinMs: number,
): Promise<void> {
  const begun = Promise.withResolvers<void>();
  const late = setTimeout(() => {
    const advice = "Subscribe again, or read the resource from time to time.";
    const message = `The server did not begin to watch ${uri} within ${beginWithinMs / 1_000} s. ${advice}`;
    begun.reject(new ProtocolError(ProtocolErrorCode.InternalError, message));
    stopping.abort();
  }, beginWithinMs);
  void keepWatching(line, uri, { begun: begun.resolve, notify }, stopping.signal).then(begun.resolve, begun.reject);
  return begun.promise.finally(() => clearTimeout(late));
}

type Subscriber = { readonly begun: () => void; readonly notify: () => void };

/** Until it is stopped, or until what is watched has come to its end. Rejects only if it never began. */
async function keepWatching(line: Line, uri: string, subscriber: Subscriber, signal: AbortSignal): Promise<void> {
  const { begun, notify } = subscriber;
  const watch = { standing: "new" as "new" | "seen" | "hidden" };
  let retryMs = retryMinMs;
  const onBegun = () => {
    // What changed between the break and now is told by no watch.
    if (watch.standing === "new") begun();
    else notify();
    watch.standing = "seen";
    retryMs = retryMinMs;
  };
  // Each round is one watch; they are as many as there are breaks.
  while (!signal.aborted) {
    try {
      return await watchResource(line, uri, { begun: onBegun, changed: notify }, signal);
    } catch (error) {
      if (watch.standing === "new") throw protocolErrorOf(error);
      if (signal.aborted) return;
      // Refused, the caller may not see it any more: reading it will tell. Once is enough.
      if (watch.standing === "seen" && detailOf(error) !== undefined) {
        notify();
        watch.standing = "hidden";
      }
      await wait(retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, retryMaxMs);
    }
  }
}
