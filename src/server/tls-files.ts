// The files that TLS at the door is made of, read again now and then: who renews a certificate need not restart.
import { readFile } from "node:fs/promises";
import type { TlsMaterial } from "../rpc/net/tls.ts";
import type { Server } from "../rpc/server.ts";
import { type Config, ConfigError } from "./config.ts";

/** Undefined when none are configured. */
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

/** Certificates are renewed days before they expire; a changed file is noticed within seconds. */
const tlsIntervalMs = 10_000;

export function renewing(config: Config, server: Server, first: TlsMaterial) {
  let known = first;
  return {
    name: "tls",
    intervalMs: tlsIntervalMs,
    async runOnce() {
      const material = await readTlsFiles(config);
      if (material === undefined || isSameMaterial(known, material)) return undefined;
      // Key and certificate are two files: between the two writes they do not fit, and the next pass finds them whole.
      server.renewTls(material);
      known = material;
      return { renewed: 1 };
    },
  };
}
