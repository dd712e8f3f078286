// Between the desk and its carrier: two threads, or two parts of one.
import { Worker } from "node:worker_threads";
import { Code, ConnectError } from "@connectrpc/connect";
import { startSessionKeeper } from "./session-keeper.ts";
import {
  type Failure,
  type FromSession,
  failureOf,
  type Port,
  type SessionKeeperOptions,
  type ToSession,
} from "./session-messages.ts";

/** Sources are run as they are, and built ones have another ending. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

export function openSessionThread(
  options: SessionKeeperOptions,
  inThread: boolean,
  desk: Port<FromSession>,
): Port<ToSession> {
  if (!inThread) {
    const carrier = startSessionKeeper(options, desk);
    return { post: (message) => carrier.take(message) };
  }
  const thread = new Worker(new URL(`./session-thread-main.${extension}`, import.meta.url), {
    workerData: options,
    // Flags that say how the main program is given are no flags for this one.
    execArgv: [],
  });
  let isOver = false;
  const over = (message: FromSession & { type: "over" }) => {
    if (!isOver) desk.post(message);
    isOver = true;
  };
  thread.on("message", (message: FromSession) => (message.type === "over" ? over(message) : desk.post(message)));
  thread.on("error", (error) => over({ type: "over", failure: fault(error.message) }));
  thread.on("exit", () => over({ type: "over", failure: fault("the carrier's thread ended") }));
  return {
    post: (message) => thread.postMessage(message, message.type === "frame" ? [message.frame.buffer] : []),
  };
}

function fault(message: string): Failure {
  return failureOf(new ConnectError(message, Code.Internal));
}
