// The carrier in a thread of its own: a program for node:worker_threads.
import { parentPort, workerData } from "node:worker_threads";
import { startSessionKeeper } from "./session-keeper.ts";
import type { FromSession, SessionKeeperOptions, ToSession } from "./session-messages.ts";

const port = parentPort;
if (!port) throw new Error("this file is run by a worker, in a thread");

const carrier = startSessionKeeper(workerData as SessionKeeperOptions, {
  post(message: FromSession) {
    // Frames change hands instead of being copied.
    port.postMessage(message, message.type === "frame" ? [message.frame.buffer] : []);
    // Nothing keeps the thread alive after that.
    if (message.type === "over") port.close();
  },
});
port.on("message", (message: ToSession) => carrier.take(message));
