// A TCP proxy that breaks what goes through it, when a test says so.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export type Proxy = {
  readonly url: string;
  /** Where new connections go. */
  target(address: string): void;
  /** How many there have been. */
  connections(): number;
  /** Ends all connections now, without a word. */
  cut(): void;
  /** What the server says is lost from now on, on the connections that are open. */
  swallowAnswers(): void;
  /** Nothing passes in either direction, on the connections that are open. */
  freeze(): void;
};

type Line = { readonly client: Socket; readonly server: Socket; isDeaf: boolean; isFrozen: boolean };

export async function startProxy(address: string): Promise<Proxy> {
  let target = address;
  const lines = new Set<Line>();
  let connections = 0;
  const cut = () => {
    for (const { client, server } of lines) {
      client.destroy();
      server.destroy();
    }
  };
  const listener = createServer((client) => {
    connections += 1;
    const [host, port] = target.split(":");
    const server = connect(Number(port), host);
    const line: Line = { client, server, isDeaf: false, isFrozen: false };
    lines.add(line);
    client.on("data", (data) => void (line.isFrozen || server.write(data)));
    server.on("data", (data) => void (line.isFrozen || line.isDeaf || client.write(data)));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on("error", () => {});
      one.on("close", () => {
        lines.delete(line);
        other.destroy();
      });
    }
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  onTestFinished(async () => {
    cut();
    listener.close();
    await once(listener, "close");
  });
  const bound = listener.address();
  if (bound === null || typeof bound === "string") throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${bound.port}`,
    target(next) {
      target = next;
    },
    connections: () => connections,
    cut,
    swallowAnswers: () => {
      for (const line of lines) line.isDeaf = true;
    },
    freeze: () => {
      for (const line of lines) line.isFrozen = true;
    },
  };
}
