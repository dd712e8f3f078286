// Starts the session keeper, in a thread of its own or in the caller's.
import { Worker } from "node:worker_threads";
import { Code, ConnectError } from "@connectrpc/connect";
import { startSessionKeeper } from "./session-keeper.ts";
import {
  type Failure,
  type FromKeeper,
  failureOf,
  type Port,
  type SessionKeeperOptions,
  type ToKeeper,
} from "./session-messages.ts";

/** Sources run as they are; the built package has JavaScript. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

export function openSessionThread(
  options: SessionKeeperOptions,
  inThread: boolean,
  loop: Port<FromKeeper>,
): Port<ToKeeper> {
  if (!inThread) return startSessionKeeper(options, loop);
  const thread = new Worker(new URL(`./session-thread-main.${extension}`, import.meta.url), {
    workerData: options,
    // Flags such as --eval describe the main program and must not be inherited.
    execArgv: [],
  });
  let isClosed = false;
  const close = (message: FromKeeper & { readonly type: "closed" }) => {
    if (!isClosed) loop.post(message);
    isClosed = true;
  };
  thread.on("message", (message: FromKeeper) => (message.type === "closed" ? close(message) : loop.post(message)));
  thread.on("error", (error) => close({ type: "closed", failure: threadFailure(error.message) }));
  thread.on("exit", () => close({ type: "closed", failure: threadFailure("the session's thread ended") }));
  return {
    post: (message) => thread.postMessage(message, message.type === "frame" ? [message.frame.buffer] : []),
  };
}

function threadFailure(message: string): Failure {
  return failureOf(new ConnectError(message, Code.Internal));
}
