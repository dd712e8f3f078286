// Frames of streams count as calls: those of a caller that sends more than its rate allows are read later, without an
// error. The first frame is not counted, because admission counted the call.
import { setTimeout as wait } from "node:timers/promises";
import type { Interceptor } from "@connectrpc/connect";
import { callerKey } from "../call/call.ts";
import type { Rates } from "../call/rates.ts";

export function throttle(rates: Rates): Interceptor {
  return (next) => async (request) => {
    const { contextValues: values, signal } = request;
    if (!request.stream || values.get(callerKey) === undefined) return await next(request);
    const delayMs = () => {
      // Read for each frame: a check of the stream's credential may have brought new limits.
      const caller = values.get(callerKey);
      return caller === undefined ? 0 : rates.pace(caller);
    };
    return await next({ ...request, message: throttled(request.message, delayMs, signal) });
  };
}

async function* throttled<M>(messages: AsyncIterable<M>, delayMs: () => number, signal: AbortSignal): AsyncIterable<M> {
  let isFirst = true;
  for await (const message of messages) {
    const ms = isFirst ? 0 : delayMs();
    isFirst = false;
    // When the caller has gone, the wait ends, and the next read finds out.
    if (ms > 0) await wait(ms, undefined, { signal }).catch(() => {});
    yield message;
  }
}
