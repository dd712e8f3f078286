// The HTTP/2 server behind the listener: limits of sessions and streams, keepalive pings, protection against floods.
import http2, { type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { errorFields, type Log } from "../../log.ts";
import { type Backend, type BackendConfig, headerListBytesMax, headersMax, type OnRequest } from "./backend.ts";
import type { FloodControl } from "./flood-control.ts";
import { floodLimits, guardAgainstFloods, probeFloodLimits } from "./http2-flood-guard.ts";

/**
 * Until the event loop's next turn Node counts a stream that was reset as open. A client that cancels its waiting calls
 * and makes as many new ones sends both at once; what is beyond this limit then, Node refuses with ENHANCE_YOUR_CALM.
 * So the limit is far above what clients have open. It protects nothing: a client may open more connections instead.
 */
const streamsPerConnectionMax = 2_048;
/** In Node's unit, megabytes. Requests wait in one window of 64 KiB; the rest is for answers that wait to be read. */
const sessionMemoryMbMax = 32;
const settingsPerFrameMax = 32;
/**
 * When a larger crowd of calls is canceled, those that waited in the client are opened and reset within one turn, and
 * all are refused. Node ends a session that has had this many refused in a row.
 */
const rejectedStreamsMax = 10_000;
/** No limit: nghttp2 counts all resets alike, and ends the session with a protocol error. The guard counts instead. */
const nghttp2Resets = 1_000_000;

export type Http2BackendOptions = {
  readonly config: BackendConfig;
  readonly log: Log;
  readonly onRequest: OnRequest;
  /** Is called first, and answers whether it took the stream. */
  readonly onStream: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;
  readonly floods: FloodControl;
};

export function createHttp2(options: Http2BackendOptions): Backend {
  const { config, log, floods, onRequest, onStream } = options;
  const sessions = new Set<ServerHttp2Session>();
  let draining = false;
  const server = http2.createServer({
    maxSessionMemory: sessionMemoryMbMax,
    maxSettings: settingsPerFrameMax,
    maxHeaderListPairs: headersMax,
    maxSessionRejectedStreams: rejectedStreamsMax,
    streamResetBurst: nghttp2Resets,
    streamResetRate: nghttp2Resets,
    settings: {
      enablePush: false,
      maxConcurrentStreams: streamsPerConnectionMax,
      maxHeaderListSize: headerListBytesMax,
    },
  });
  // Turns the streams that `onStream` leaves into requests and responses as HTTP/1.1 has them; never has a socket.
  const compatible = http2.createServer();
  compatible.on("request", onRequest);
  server.on("stream", (stream, headers, flags, rawHeaders) => {
    // A broken connection emits an error on each of its streams; without a listener it would end the process.
    stream.on("error", () => {});
    if (stream.closed || stream.destroyed) return; // reset already: no answer is awaited
    if (!onStream(stream, headers)) compatible.emit("stream", stream, headers, flags, rawHeaders);
  });
  server.on("session", (session) => {
    const stopGuard = guardSession(session, floods);
    const stopPings = keepAlive(session, config);
    sessions.add(session);
    session.once("close", () => {
      sessions.delete(session);
      stopGuard();
      stopPings();
    });
    if (draining) session.close();
  });
  server.on("sessionError", (error) => log.debug("http/2 session failed", errorFields(error)));
  return {
    take(socket: Socket) {
      // HTTP/1.1 answers clients that have closed their half of the connection; an HTTP/2 session ends with it.
      socket.allowHalfOpen = false;
      server.emit("connection", socket);
    },
    drain() {
      draining = true;
      for (const session of sessions) session.close(); // sends GOAWAY and ends with its last stream
    },
    close: () => {},
  };
}

function guardSession(session: ServerHttp2Session, floods: FloodControl): () => void {
  const { remoteAddress = "", remotePort } = session.socket; // kept, because a closed socket has neither
  const peer = { remoteAddress, remotePort };
  return guardAgainstFloods(session, {
    limits: () => (floods.limitedForMs(peer) > 0 ? probeFloodLimits : floodLimits),
    spend: (cost) => floods.spendResets(peer, cost),
    onFlood: (cause) => floods.record(remoteAddress, cause),
  });
}

/** A peer that has vanished answers no ping; without pings its streams and leases would be kept until TCP gives up. */
function keepAlive(session: ServerHttp2Session, config: BackendConfig): () => void {
  let overdue: NodeJS.Timeout | undefined;
  const ping = setInterval(() => {
    if (session.destroyed || overdue !== undefined) return;
    overdue = setTimeout(() => session.destroy(), config.keepalivePingTimeoutMs).unref();
    session.ping(() => {
      clearTimeout(overdue);
      overdue = undefined;
    });
  }, config.keepalivePingIntervalMs).unref();
  return () => {
    clearInterval(ping);
    clearTimeout(overdue);
  };
}
