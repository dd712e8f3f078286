// Subscriptions to resources: one watch call each, under the caller's own credential. A watch that breaks is begun
// anew, and then the subscriber is told to look, because something may have been missed meanwhile.
import { setTimeout as wait } from "node:timers/promises";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { detailOf, type Line } from "./line.ts";
import { isResource, watchResource } from "./resources.ts";

export type Subscriptions = {
  /** Throws over a uri that names nothing, and when there are too many. */
  add(uri: string): void;
  remove(uri: string): void;
  close(): void;
};

/** Each is a stream at the server, which bounds them by caller as well. */
const subscriptionsMax = 100;
const retryMinMs = 1_000;
const retryMaxMs = 15_000;

export class SubscriptionRefused extends Error {
  override name = "SubscriptionRefused";
}

export function createSubscriptions(line: Line, notify: (uri: string) => void): Subscriptions {
  const running = new Map<string, AbortController>();
  return {
    add(uri) {
      if (!isResource(uri)) throw new SubscriptionRefused(`There is no resource ${JSON.stringify(uri)}.`);
      if (running.has(uri)) return;
      if (running.size >= subscriptionsMax) {
        throw new SubscriptionRefused(`There are ${subscriptionsMax} subscriptions, and there can be no more.`);
      }
      const stopping = new AbortController();
      running.set(uri, stopping);
      void keepWatching(line, uri, notify, stopping.signal);
    },
    remove(uri) {
      running.get(uri)?.abort();
      running.delete(uri);
    },
    close() {
      for (const stopping of running.values()) stopping.abort();
      running.clear();
    },
  };
}

/** Until it is stopped, or until what is watched has come to its end. */
async function keepWatching(
  line: Line,
  uri: string,
  notify: (uri: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let mayBeSeen = false;
  for (let retryMs = retryMinMs; !signal.aborted; retryMs = Math.min(retryMs * 2, retryMaxMs)) {
    try {
      return await watchResource(line, uri, () => notify(uri), signal);
    } catch (error) {
      // The server is away, or the caller may not see it any more: reading it will tell which. What it never saw has
      // not changed for it.
      if (signal.aborted) return;
      await wait(retryMs, undefined, { signal }).catch(() => undefined);
      const isHidden = detailOf(error)?.reason === ErrorReason.TASK_NOT_FOUND;
      if (!signal.aborted && (mayBeSeen || !isHidden)) notify(uri);
      mayBeSeen = !isHidden;
    }
  }
}
