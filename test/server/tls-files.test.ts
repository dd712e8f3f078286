// Certificates that are renewed on disk are shown to new connections without a restart.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { readConfig } from "../../src/server/config.ts";
import { readTlsFiles, renewing, requireUsable } from "../../src/server/tls-files.ts";
import { makeAuthority, makeCertificate } from "../helpers/certificates.ts";
import { openTestServer } from "../rpc/test-server.ts";

const authority = makeAuthority("operator");
const certified = (subject: string) => makeCertificate(authority, { subject, names: ["IP:127.0.0.1"] });

async function subjectAt(port: number): Promise<unknown> {
  const socket = connect({ port, host: "127.0.0.1", ca: authority.certificate });
  await once(socket, "secureConnect");
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

test("a pass that finds other files renews, one that finds halves keeps the old and tells", async () => {
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-tls-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const flags = { "tls-cert-file": join(directory, "cert.pem"), "tls-key-file": join(directory, "key.pem") };
  const config = readConfig({ environment: {}, flags });
  const first = certified("first");
  await writeFile(flags["tls-cert-file"], first.certificate);
  await writeFile(flags["tls-key-file"], first.key);
  const tls = await readTlsFiles(config);
  if (tls === undefined) throw new Error("the files are there");
  const { server, port } = await openTestServer({ more: { tls } });
  onTestFinished(() => server.close({ graceMs: 0 }));
  const { runOnce } = renewing(config, server, tls);
  expect(await runOnce()).toBeUndefined();
  const second = certified("second");
  const halves = { certificate: first.certificate, key: second.key };
  expect(() => requireUsable(config, halves)).toThrow(`${flags["tls-key-file"]} are no certificate with its key`);
  requireUsable(config, first);
  await writeFile(flags["tls-cert-file"], second.certificate);
  await expect(runOnce()).rejects.toThrow();
  expect(await subjectAt(port)).toBe("first");
  await writeFile(flags["tls-key-file"], second.key);
  expect(await runOnce()).toEqual({ renewed: 1 });
  expect(await subjectAt(port)).toBe("second");
  expect(await runOnce()).toBeUndefined();
});
