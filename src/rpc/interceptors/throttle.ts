/**
 * Frames of streams are calls, too: whoever sends more of them than he may call is read slower, and is told nothing.
 * The first message of a stream was paid for at the gate.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Interceptor } from "@connectrpc/connect";
import { callerKey } from "../call/call.ts";
import type { Rates } from "../call/rates.ts";

export function throttle(rates: Rates): Interceptor {
  return (next) => async (request) => {
    const { contextValues: values, signal } = request;
    if (!request.stream || values.get(callerKey) === undefined) return await next(request);
    const delayMs = () => {
      // Asked for each frame: judging a stream's credential anew brings limits that were changed since.
      const identity = values.get(callerKey);
      return identity === undefined ? 0 : rates.pace(identity);
    };
    return await next({ ...request, message: paced(request.message, delayMs, signal) });
  };
}

async function* paced<M>(messages: AsyncIterable<M>, delayMs: () => number, signal: AbortSignal): AsyncIterable<M> {
  let isFirst = true;
  for await (const message of messages) {
    const ms = isFirst ? 0 : delayMs();
    isFirst = false;
    // Who is gone is waited for no longer; reading on finds that out.
    if (ms > 0) await wait(ms, undefined, { signal }).catch(() => {});
    yield message;
  }
}
