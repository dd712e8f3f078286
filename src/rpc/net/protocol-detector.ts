// Tells HTTP/2 from HTTP/1 by the first bytes of a connection, so that one port speaks both. A connection that does not
// send them in time is cut. ALPN is not asked: what is spoken inside TLS is found out the same way.
import type { Socket } from "node:net";

/** What every HTTP/2 client sends first (RFC 9113, 3.4). No method of HTTP/1 begins with its first three bytes. */
const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const decisiveBytes = 3;

export type ProtocolDetectorOptions = {
  readonly timeoutMs: number;
  readonly onHttp1: (socket: Socket) => void;
  readonly onHttp2: (socket: Socket) => void;
  /** The connection was cut because nothing came in time. */
  readonly onLate: () => void;
};

/** The bytes that were read are put back: the server that is handed the socket reads them again. */
export function detectProtocol(socket: Socket, { timeoutMs, onHttp1, onHttp2, onLate }: ProtocolDetectorOptions): void {
  let received: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => {
    onLate();
    socket.destroy();
  }, timeoutMs);

  function stop(): void {
    clearTimeout(timer);
    socket.off("data", onData).off("end", cut).off("error", cut).off("close", stop);
  }

  function cut(): void {
    stop();
    socket.destroy();
  }

  function onData(chunk: Buffer): void {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const isHttp2 = beginsLikePreface(received);
    if (isHttp2 && received.length < decisiveBytes) return;
    stop();
    socket.pause();
    socket.unshift(received);
    if (isHttp2) {
      onHttp2(socket); // reads what waits in the socket by itself
    } else {
      onHttp1(socket);
      socket.resume();
    }
  }

  socket.on("data", onData).once("end", cut).once("error", cut).once("close", stop);
}

function beginsLikePreface(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, decisiveBytes);
  return bytes.subarray(0, length).equals(preface.subarray(0, length));
}
