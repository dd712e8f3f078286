// Connections that may only ask for health and metrics, because their address is in cooldown. They are accepted so that
// a health check from the address of a flooder is still answered. There are few: a new one closes the oldest.
import type { Socket } from "node:net";

export type ProbeConnections = {
  admit(socket: Socket): void;
  /** Also for a TLS socket or an HTTP/2 session's proxy of an admitted socket. */
  has(socket: Peer | undefined): boolean;
};

type Peer = Pick<Socket, "remoteAddress" | "remotePort">;

/** Of one address. Enough that a health check is answered before a flooder's next connections push it out. */
export const probeConnectionsMax = 16;

export function createProbeConnections(): ProbeConnections {
  /** The oldest first. */
  const byAddress = new Map<string, Set<Socket>>();
  const peers = new Set<string>();
  return {
    admit(socket) {
      const address = socket.remoteAddress ?? "";
      const sockets = byAddress.get(address) ?? new Set();
      const peer = peerName(socket); // a closed socket has none
      const [oldest] = sockets;
      if (sockets.size >= probeConnectionsMax) oldest?.destroy();
      byAddress.set(address, sockets.add(socket));
      peers.add(peer);
      socket.once("close", () => {
        peers.delete(peer);
        sockets.delete(socket);
        if (sockets.size === 0) byAddress.delete(address);
      });
    },
    has: (socket) => peers.size > 0 && socket !== undefined && peers.has(peerName(socket)),
  };
}

function peerName({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress}:${remotePort}`;
}
