// The address of a node that is given jobs: WorkerNodeService over HTTP/1.1 (Connect and gRPC-Web), with TLS where
// there is a certificate, beside the paths of its health. A call without the node's bearer is refused before its body
// is read.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { WorkerNodeService } from "../../../gen/typescript/asyncgate/node/v1/worker_node_service_pb.ts";
import { type Bearer, refuseBearer } from "./bearer.ts";
import type { PushedJobs } from "./pushed-jobs.ts";
import { workerNodeService } from "./worker-node-service.ts";

export type PushServerOptions = {
  readonly host: string;
  readonly port: number;
  /** Files of PEM texts. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly slots: number;
  readonly bearer: () => Bearer | undefined;
  readonly jobs: () => PushedJobs | undefined;
  /** Answers paths of health. Whether it was one. */
  readonly health: (request: IncomingMessage, answer: ServerResponse) => boolean;
};

export type PushServer = { readonly url: string; close(): Promise<void> };

/** The largest payload that a server can be set to take, and what is around it. */
const bodyBytesMax = 17 * 1_048_576;
const headersTimeoutMs = 5_000;
const requestTimeoutMs = 60_000;
/** Beside two for each job: the stream that is left behind and the one that joins. */
const connectionsSpare = 64;
const unauthorized = 401;
const discardMs = 1_000;

/**
 * What is left of a refused call. A connection that is closed while a body is on its way loses the answer, so the body
 * has a moment to arrive; it is not kept.
 */
function discard(request: IncomingMessage): void {
  request.resume();
  setTimeout(() => request.complete || request.socket.destroy(), discardMs).unref();
}

export async function servePush(options: PushServerOptions): Promise<PushServer> {
  const { host, port, tls, slots, bearer, jobs, health } = options;
  const serveCall = connectNodeAdapter({
    routes: (router) => void router.service(WorkerNodeService, workerNodeService(jobs)),
    readMaxBytes: bodyBytesMax,
    grpc: false,
  });
  const serve = (request: IncomingMessage, answer: ServerResponse) => {
    if (health(request, answer)) return;
    const refused = refuseBearer(request.headers.authorization, bearer());
    if (refused === undefined) return serveCall(request, answer);
    answer.writeHead(unauthorized, { "content-type": "application/json" });
    answer.end(JSON.stringify({ code: "unauthenticated", message: refused }));
    discard(request);
  };
  const server: Server = tls
    ? createTlsServer({ cert: await readFile(tls.certFile), key: await readFile(tls.keyFile) }, serve)
    : createServer(serve);
  server.headersTimeout = headersTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.maxConnections = connectionsSpare + 2 * slots;
  server.listen(port, host);
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
