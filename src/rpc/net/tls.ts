// TLS on the port. The protocol inside is detected by its first bytes, as on plain connections; ALPN only offers both.
// Certificates are renewed while the server runs; open connections keep the ones they began with.
import type { Socket } from "node:net";
import { createSecureContext, createServer, type SecureContextOptions } from "node:tls";

/** In PEM. */
export type TlsMaterial = {
  readonly certificate: string;
  readonly key: string;
  /** The authority of client certificates. If absent, clients are not asked for one. */
  readonly clientAuthority?: string;
};

export type TlsOptions = {
  readonly material: TlsMaterial;
  readonly handshakeTimeoutMs: number;
  readonly onSecure: (socket: Socket) => void;
  readonly onFailure: () => void;
};

export type Tls = {
  take(socket: Socket): void;
  /** Throws when key and certificate do not match, and keeps the old ones. */
  renew(material: TlsMaterial): void;
};

/** Under this key a socket holds the certificate of its peer; HTTP/2's proxy of the socket shows it as well. */
export const peerCertificate = Symbol("peer certificate");

export function createTls({ material, handshakeTimeoutMs, onSecure, onFailure }: TlsOptions): Tls {
  const server = createServer({
    ...contextOf(material),
    handshakeTimeout: handshakeTimeoutMs,
    ALPNProtocols: ["h2", "http/1.1"],
    requestCert: material.clientAuthority !== undefined,
    // Callers with an API key need no certificate. An unverified certificate identifies no one: see
    // client-certificates.ts.
    rejectUnauthorized: false,
  });
  server.on("secureConnection", (socket) => {
    // Read here and not on demand: comparing a certificate with an authority that did not issue it leaves an error in
    // OpenSSL's queue, which the next read of any connection would take for its own. In this callback Node clears it.
    Reflect.set(socket, peerCertificate, socket.getPeerX509Certificate());
    onSecure(socket);
  });
  server.on("tlsClientError", (_error, socket) => {
    onFailure();
    socket.destroy();
  });
  return {
    take: (socket) => void server.emit("connection", socket),
    renew(renewed) {
      createSecureContext(contextOf(renewed)); // throws before the server has lost the old ones
      server.setSecureContext(contextOf(renewed));
    },
  };
}

function contextOf({ certificate, key, clientAuthority }: TlsMaterial): SecureContextOptions {
  const options: SecureContextOptions = { cert: certificate, key, minVersion: "TLSv1.2" };
  return clientAuthority === undefined ? options : { ...options, ca: clientAuthority };
}
