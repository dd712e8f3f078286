// A TCP proxy between a driver and a server. It cuts, delays and swallows what goes through it when a scenario says
// so.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type FaultProxy = {
  readonly url: string;
  /** Where new connections go. */
  target(address: string): void;
  /** Ends all connections at once; new ones pass. */
  cut(): void;
  /** Swallows everything in both directions, on all connections, until the next `cut`. */
  freeze(): void;
  /** Swallows what the server answers from now on, until the next `cut`. */
  loseAnswers(): void;
  /** Holds every piece back for this long, in both directions. */
  delay(ms: number): void;
  close(): Promise<void>;
};

/** Pieces that are held back for a delay are few: a socket is not read meanwhile. */
export async function openProxy(address: string): Promise<FaultProxy> {
  let target = address;
  let isFrozen = false;
  let losesAnswers = false;
  let delayMs = 0;
  const sockets = new Set<Socket>();

  async function forward(from: Socket, to: Socket, isAnswer: boolean): Promise<void> {
    try {
      for await (const piece of from) {
        if (delayMs > 0) await sleep(delayMs);
        if (isFrozen || (isAnswer && losesAnswers)) continue;
        if (!to.write(piece) && !to.destroyed) await Promise.race([once(to, "drain"), once(to, "close")]);
      }
      to.end();
    } catch {
      // A connection that breaks here breaks there.
      to.destroy();
    } finally {
      sockets.delete(from);
    }
  }

  const server = createServer((client) => {
    const [host, port] = target.split(":");
    const behind = connect(Number(port), host);
    sockets.add(client).add(behind);
    for (const socket of [client, behind]) socket.on("error", () => {});
    void forward(client, behind, false);
    void forward(behind, client, true);
  });
  const cut = () => {
    isFrozen = false;
    losesAnswers = false;
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${bound.port}`,
    target(next) {
      target = next;
    },
    cut,
    freeze() {
      isFrozen = true;
    },
    loseAnswers() {
      losesAnswers = true;
    },
    delay(ms) {
      delayMs = ms;
    },
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
