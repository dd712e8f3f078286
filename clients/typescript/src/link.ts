// Between the desk and its carrier: two threads, or two parts of one.
import { Worker } from "node:worker_threads";
import { Code, ConnectError } from "@connectrpc/connect";
import { startCarrier } from "./carrier.ts";
import {
  type CarrierOptions,
  type Failure,
  type FromCarrier,
  failureOf,
  type Port,
  type ToCarrier,
} from "./carrier-messages.ts";

/** Sources are run as they are, and built ones have another ending. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

export function openLink(options: CarrierOptions, inThread: boolean, desk: Port<FromCarrier>): Port<ToCarrier> {
  if (!inThread) {
    const carrier = startCarrier(options, desk);
    return { post: (message) => carrier.take(message) };
  }
  const thread = new Worker(new URL(`./carrier-thread.${extension}`, import.meta.url), {
    workerData: options,
    // Flags that say how the main program is given are no flags for this one.
    execArgv: [],
  });
  let isOver = false;
  const over = (message: FromCarrier & { type: "over" }) => {
    if (!isOver) desk.post(message);
    isOver = true;
  };
  thread.on("message", (message: FromCarrier) => (message.type === "over" ? over(message) : desk.post(message)));
  thread.on("error", (error) => over({ type: "over", failure: fault(error.message) }));
  thread.on("exit", () => over({ type: "over", failure: fault("the carrier's thread ended") }));
  return {
    post: (message) => thread.postMessage(message, message.type === "frame" ? [message.frame.buffer] : []),
  };
}

function fault(message: string): Failure {
  return failureOf(new ConnectError(message, Code.Internal));
}
