// A TCP proxy between a client and a server that holds bytes back and cuts connections when it is told to.
import net, { type Socket } from "node:net";
import { onTestFinished } from "vitest";

export type CuttingProxy = {
  readonly url: string;
  /** What goes this way from now on stays in the proxy. Resolves once there is something. */
  hold(way: "up" | "down"): Promise<void>;
  /** What goes up from now on is looked at: once this was said, nothing comes down any more. Resolves then. */
  loseAnswerTo(said: string): Promise<void>;
  /** Cuts all connections, and forwards those that come afterwards. */
  cut(): void;
  /** Cuts when so many bytes more have gone either way. Resolves then. */
  cutAfter(bytes: number): Promise<void>;
};

export async function openCuttingProxy(port: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const held = { up: false, down: false };
  let onHeld = () => {};
  let lost: { readonly said: string; readonly onSaid: () => void } | undefined;
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
      if (way === "up" && lost && bytes.includes(lost.said)) {
        held.down = true;
        lost.onSaid();
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
    loseAnswerTo(said) {
      return new Promise((onSaid) => {
        lost = { said, onSaid };
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
