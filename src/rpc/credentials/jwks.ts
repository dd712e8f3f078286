// The keys that an issuer signs with, fetched from the one address that the operator has given and kept for a while.
// Whatever tokens come, the address is asked at most once a minute beyond that.
import { createLocalJWKSet, errors, type JWSHeaderParameters } from "jose";
import { Refused, unavailable } from "../../core/refusal.ts";

/** Keys that an issuer has taken back are believed for no longer than this. */
const freshMs = 600_000;
/** Old keys stay valid for this long while the issuer does not answer: its short outages must not become ours. */
const staleMs = 3_600_000;
/** Between two fetches, whether the last one failed or was for an unknown key. */
const coolDownMs = 60_000;
const fetchTimeoutMs = 5_000;
const bytesMax = 262_144;
const keysMax = 100;

type Local = ReturnType<typeof createLocalJWKSet>;
export type KeySet = (header: JWSHeaderParameters) => ReturnType<Local>;

export type KeySetOptions = {
  readonly uri: string;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  readonly onFailure: (error: unknown) => void;
};

export function createKeySet({ uri, monotonicMs, onFailure }: KeySetOptions): KeySet {
  let keys: { readonly select: Local; readonly fetchedMs: number } | undefined;
  let triedMs = Number.NEGATIVE_INFINITY;
  let trying: Promise<void> | undefined;
  const age = () => monotonicMs() - (keys?.fetchedMs ?? Number.NEGATIVE_INFINITY);
  /** One fetch for all who ask meanwhile. */
  const refresh = async (): Promise<void> => {
    if (trying === undefined && monotonicMs() - triedMs < coolDownMs) return;
    trying ??= (async () => {
      triedMs = monotonicMs();
      try {
        keys = { select: createLocalJWKSet(await fetchKeys(uri)), fetchedMs: monotonicMs() };
      } catch (error) {
        onFailure(error);
      } finally {
        trying = undefined;
      }
    })();
    await trying;
  };
  return async (header) => {
    if (age() > freshMs) await refresh();
    if (keys === undefined || age() > staleMs) {
      throw new Refused(unavailable("The keys of the credential's issuer cannot be fetched at present.", coolDownMs));
    }
    try {
      return await keys.select(header);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh(); // the issuer may have a new one
      return await keys.select(header);
    }
  };
}

/** The host is the configured one and no other: redirects are not followed. */
async function fetchKeys(uri: string): Promise<Parameters<typeof createLocalJWKSet>[0]> {
  const response = await fetch(uri, {
    redirect: "error",
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(fetchTimeoutMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${uri} answered ${response.status}`);
  }
  const set = JSON.parse(await readBounded(response, uri)) as Parameters<typeof createLocalJWKSet>[0];
  if (!Array.isArray(set?.keys) || set.keys.length > keysMax) throw new Error(`${uri} holds no set of keys`);
  return set;
}

async function readBounded(response: Response, uri: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`${uri} answered more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
