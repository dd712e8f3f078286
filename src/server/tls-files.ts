// The files of the server's TLS certificate. They are read again when they change, so a renewal needs no restart.
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { TlsMaterial } from "../rpc/net/tls.ts";
import type { Server } from "../rpc/server.ts";
import { type Config, ConfigError } from "./config.ts";

/** Undefined if TLS is not configured. */
export async function readTlsFiles(config: Config): Promise<TlsMaterial | undefined> {
  const { tlsCertFile, tlsKeyFile, tlsClientCaFile } = config;
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return undefined;
  const [certificate, key, clientAuthority] = await Promise.all([
    readPem(tlsCertFile),
    readPem(tlsKeyFile),
    tlsClientCaFile === undefined ? undefined : readPem(tlsClientCaFile),
  ]);
  return { certificate, key, ...(clientAuthority !== undefined && { clientAuthority }) };
}

/** A start with files that do not fit fails here, with their names. */
export function requireUsable({ tlsCertFile, tlsKeyFile }: Config, { certificate, key }: TlsMaterial): void {
  try {
    createSecureContext({ cert: certificate, key });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${tlsCertFile} and ${tlsKeyFile} are no certificate with its key (${why})`]);
  }
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? String(Reflect.get(error, "code") ?? error.name) : "";
    throw new ConfigError([`${path} cannot be read (${why})`]);
  }
}

function isSameMaterial(one: TlsMaterial, other: TlsMaterial): boolean {
  return (
    one.certificate === other.certificate && one.key === other.key && one.clientAuthority === other.clientAuthority
  );
}

/** Certificates are renewed days before they expire, so some seconds do not matter. */
const tlsIntervalMs = 10_000;

export function renewing(config: Config, server: Server, first: TlsMaterial) {
  let known = first;
  return {
    name: "tls",
    intervalMs: tlsIntervalMs,
    async runOnce() {
      const material = await readTlsFiles(config);
      if (material === undefined || isSameMaterial(known, material)) return undefined;
      // Key and certificate are two files. Between the two writes they do not match, and the next pass reads both.
      server.renewTls(material);
      known = material;
      return { renewed: 1 };
    },
  };
}
