// A TCP proxy between a client and a server that holds bytes back and cuts connections on demand.
import net, { type Socket } from "node:net";
import { onTestFinished } from "vitest";

export type CuttingProxy = {
  readonly url: string;
  /** Holds all further bytes of this direction in the proxy. Resolves when there are some. */
  hold(way: "up" | "down"): Promise<void>;
  /** Once `text` was sent up, sends nothing down any more. Resolves then. */
  loseAnswerTo(text: string): Promise<void>;
  /** Cuts all connections, and forwards those that come afterwards. */
  cut(): void;
  /** Cuts after `bytes` more bytes in either direction. Resolves then. */
  cutAfter(bytes: number): Promise<void>;
};

export async function openCuttingProxy(port: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const held = { up: false, down: false };
  let onHeld = () => {};
  let lost: { readonly text: string; readonly onSent: () => void } | undefined;
  let left = Number.POSITIVE_INFINITY;
  let onCut = () => {};
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    held.up = false;
    held.down = false;
    left = Number.POSITIVE_INFINITY;
    onCut();
  };
  const forward = (from: Socket, to: Socket, way: "up" | "down") => {
    from.on("data", (bytes) => {
      if (held[way]) return onHeld();
      if (way === "up" && lost && bytes.includes(lost.text)) {
        held.down = true;
        lost.onSent();
        lost = undefined;
      }
      left -= bytes.length;
      to.write(left < 0 ? bytes.subarray(0, bytes.length + left) : bytes);
      if (left <= 0) cut();
    });
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = net.createServer((client) => {
    const behind = net.connect(port, "127.0.0.1");
    sockets.add(client).add(behind);
    forward(client, behind, "up");
    forward(behind, client, "down");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    cut();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a proxy has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    hold(way) {
      held[way] = true;
      return new Promise((resolve) => {
        onHeld = resolve;
      });
    },
    loseAnswerTo(text) {
      return new Promise((onSent) => {
        lost = { text, onSent };
      });
    },
    cutAfter(bytes) {
      left = bytes;
      return new Promise((resolve) => {
        onCut = resolve;
      });
    },
  };
}
