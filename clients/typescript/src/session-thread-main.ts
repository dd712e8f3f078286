// The session keeper in a thread of its own: the program of that thread.
import { parentPort, workerData } from "node:worker_threads";
import { startSessionKeeper } from "./session-keeper.ts";
import type { FromKeeper, SessionKeeperOptions, ToKeeper } from "./session-messages.ts";

const port = parentPort;
if (!port) throw new Error("session-thread-main runs only as a worker thread");

const keeper = startSessionKeeper(workerData as SessionKeeperOptions, {
  post(message: FromKeeper) {
    // Frames are transferred instead of being copied.
    port.postMessage(message, message.type === "frame" ? [message.frame.buffer] : []);
    // Without its port, nothing keeps the thread alive.
    if (message.type === "closed") port.close();
  },
});
port.on("message", (message: ToKeeper) => keeper.post(message));
