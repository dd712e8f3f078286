// Whether the server can work now, and if not, why: for load balancers and people.
import { read } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";

/** Shorter than any probe waits. */
const readinessTimeoutMs = 1_000;

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

export async function readiness(engine: Engine): Promise<Readiness> {
  try {
    await read(engine.database, { timeoutMs: readinessTimeoutMs }, (tx) => tx.now);
    return { ready: true };
  } catch {
    return { ready: false, reason: "Postgres does not answer." };
  }
}
