/**
 * TLS at the door. What is spoken inside is told by its first bytes, as it is in clear; ALPN only says that both can be
 * had. Certificates are renewed while it runs; connections that are open keep what they began with.
 */
import type { Socket } from "node:net";
import { createSecureContext, createServer, type SecureContextOptions } from "node:tls";

/** In PEM, as files hold it. */
export type TlsMaterial = {
  readonly certificate: string;
  readonly key: string;
  /** Whose certificates clients may show. If absent, nobody's are asked for. */
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
  /** Throws over material that does not fit together, and keeps the old. */
  renew(material: TlsMaterial): void;
};

/** The certificate that a socket's peer has shown, as its handshake left it; a proxy of the socket has it, too. */
export const peerCertificate = Symbol("peer certificate");

export function createTls({ material, handshakeTimeoutMs, onSecure, onFailure }: TlsOptions): Tls {
  const server = createServer({
    ...contextOf(material),
    handshakeTimeout: handshakeTimeoutMs,
    ALPNProtocols: ["h2", "http/1.1"],
    requestCert: material.clientAuthority !== undefined,
    // Callers with a key of ours need no certificate. Whose certificate was not verified is nobody by it: see
    // client-certificates.ts.
    rejectUnauthorized: false,
  });
  server.on("secureConnection", (socket) => {
    // Now, and not when somebody asks: looking for the authority of a certificate that has another one leaves an error
    // behind in OpenSSL, which the next read of any connection would take for its own. In here it is swept away.
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
      createSecureContext(contextOf(renewed)); // throws while the server still has all of the old
      server.setSecureContext(contextOf(renewed));
    },
  };
}

function contextOf({ certificate, key, clientAuthority }: TlsMaterial): SecureContextOptions {
  const options: SecureContextOptions = { cert: certificate, key, minVersion: "TLSv1.2" };
  return clientAuthority === undefined ? options : { ...options, ca: clientAuthority };
}
