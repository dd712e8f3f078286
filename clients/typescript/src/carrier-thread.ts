// The carrier in a thread of its own: a program for node:worker_threads.
import { parentPort, workerData } from "node:worker_threads";
import { startCarrier } from "./carrier.ts";
import type { CarrierOptions, FromCarrier, ToCarrier } from "./carrier-messages.ts";

const port = parentPort;
if (!port) throw new Error("this file is run by a worker, in a thread");

const carrier = startCarrier(workerData as CarrierOptions, {
  post(message: FromCarrier) {
    // Frames change hands instead of being copied.
    port.postMessage(message, message.type === "frame" ? [message.frame.buffer] : []);
    // Nothing keeps the thread alive after that.
    if (message.type === "over") port.close();
  },
});
port.on("message", (message: ToCarrier) => carrier.take(message));
