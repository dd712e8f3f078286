// A node's credential: got with a pre-shared key, kept in the spool where only the node's user reads it, and renewed
// when two thirds of its time are over. A node that has lost it registers again.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pause } from "../../../clients/typescript/src/backoff.ts";
import { dateOf } from "../../../clients/typescript/src/durations.ts";
import type { NodeCredential, NodeReport } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { readJson, writeJson } from "../jobs/place.ts";
import type { Spool } from "../jobs/spool.ts";
import { isUnauthenticated, messageOf, openLine, type ServiceLine } from "./service-line.ts";

export type Credential = {
  /** The present one. */
  readonly key: () => string;
  /** To be called when the service does not accept it any more. Resolves when there is another one. */
  replace(signal: AbortSignal): Promise<void>;
  /** Renews it in time, until the signal aborts. */
  keep(line: ServiceLine, signal: AbortSignal): Promise<void>;
};

export type CredentialInit = {
  readonly endpoint: string;
  readonly nodeId: string;
  readonly spool: Spool;
  /** Read for each registration: a key may have been put in place of one that has ended. */
  readonly readPsk: () => Promise<string>;
  readonly report: () => NodeReport;
  readonly onEvent: (event: CredentialEvent) => void;
};

export type CredentialEvent =
  | { readonly type: "registered"; readonly keyId: string; readonly existed: boolean }
  | { readonly type: "renewed"; readonly keyId: string }
  | { readonly type: "trouble"; readonly message: string; readonly fields: Readonly<Record<string, string>> };

type Saved = { readonly endpoint: string; readonly nodeId: string } & Kept;
type Kept = { readonly key: string; readonly keyId: string; readonly startMs: number; readonly endMs: number };

/** Other users may read the file, or could have put one of theirs in its place. */
export class CredentialExposed extends Error {
  override readonly name = "CredentialExposed";
}

const renewAfterPart = 2 / 3;
/** A node with a renewal that failed tries again soon: a third of a day is left. */
const retryMs = 60_000;
const registerRetryMs = { first: 500, most: 30_000 };

/** With the credential of an earlier process, if it has not ended; otherwise it registers the node. */
export async function openCredential(init: CredentialInit, signal: AbortSignal): Promise<Credential> {
  const { spool, endpoint, nodeId } = init;
  const file = join(spool.folder, "credential.json");
  let kept = await savedIn(file, init);
  const take = async ({ key, keyId, expireTime }: NodeCredential) => {
    const startMs = Date.now();
    kept = { key, keyId, startMs, endMs: dateOf(expireTime)?.getTime() ?? startMs };
    await writeJson(file, { endpoint, nodeId, ...kept } satisfies Saved);
  };
  let replacing: Promise<void> | undefined;
  const replace = async (until: AbortSignal) => {
    replacing ??= registerUntil(init, take, until).finally(() => {
      replacing = undefined;
    });
    await replacing;
  };
  if (!kept) await replace(signal);
  return {
    key: () => kept?.key ?? "",
    replace,
    async keep(line, until) {
      while (!until.aborted) {
        const { startMs, endMs } = kept ?? { startMs: 0, endMs: 0 };
        await pause(Math.max(0, startMs + (endMs - startMs) * renewAfterPart - Date.now()), until);
        if (until.aborted) return;
        try {
          const { credential } = await line.call({ signal: until }, (bounds) =>
            line.stubs.nodes.renewNodeCredential({}, bounds),
          );
          if (!credential) throw new Error("the service has answered without a credential");
          await take(credential);
          init.onEvent({ type: "renewed", keyId: credential.keyId });
        } catch (error) {
          if (until.aborted) return;
          init.onEvent({
            type: "trouble",
            message: "the credential was not renewed",
            fields: { error: messageOf(error) },
          });
          if (isUnauthenticated(error)) await replace(until);
          else await pause(retryMs, until);
        }
      }
    },
  };
}

/** Throws a CredentialExposed: what others may read counts as stolen. */
async function savedIn(file: string, { endpoint, nodeId }: CredentialInit): Promise<Kept | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return undefined;
  const othersMay = 0o077;
  if ((found.mode & othersMay) !== 0 || found.uid !== process.getuid?.()) {
    throw new CredentialExposed(`${file} may be read by other users: remove it, and deactivate and resume the node`);
  }
  const saved = await readJson<Saved>(file);
  const isOurs = saved?.endpoint === endpoint && saved.nodeId === nodeId;
  return isOurs && saved.endMs > Date.now() ? saved : undefined;
}

/** Until the node is registered. What is in the way may end: a server that is away, a key that is replaced. */
async function registerUntil(
  init: CredentialInit,
  take: (credential: NodeCredential) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  for (let waitMs = registerRetryMs.first; ; waitMs = Math.min(2 * waitMs, registerRetryMs.most)) {
    signal.throwIfAborted();
    try {
      return await register(init, take, signal);
    } catch (error) {
      signal.throwIfAborted();
      init.onEvent({ type: "trouble", message: "the node is not registered", fields: { error: messageOf(error) } });
      await pause(waitMs, signal);
    }
  }
}

async function register(
  { endpoint, nodeId, readPsk, report, onEvent }: CredentialInit,
  take: (credential: NodeCredential) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const psk = await readPsk();
  const line = openLine(endpoint, () => psk);
  try {
    const { bootstrap, existed } = await line.call({ signal }, (bounds) =>
      line.stubs.nodes.registerNode({ nodeId, report: report() }, bounds),
    );
    if (!bootstrap?.credential) throw new Error("the service has answered without a credential");
    await take(bootstrap.credential);
    onEvent({ type: "registered", keyId: bootstrap.credential.keyId, existed });
  } finally {
    line.close();
  }
}
