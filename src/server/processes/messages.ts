// What the primary process and its server processes tell each other over Node's IPC channel. Server processes know only
// the primary, so a process that must answer for all of them asks it.
import type { Readiness } from "../../rpc/health.ts";
import type { MetricsSnapshot } from "../../rpc/metrics-sum.ts";

/** What one process reports of itself. */
export type Reports = { readonly metrics: MetricsSnapshot; readonly readiness: Readiness };
/** What the primary process makes of the reports of all. */
export type Answers = { readonly metrics: string; readonly readiness: Readiness };
export type About = keyof Reports & keyof Answers;

export type Start = {
  readonly kind: "start";
  /** From 1 on. A process that replaces another one takes over its number. */
  readonly process: number;
  readonly databaseUrl: string;
  /** Its share of `pool-max`. */
  readonly poolMax: number;
};

export type ToServerProcess =
  | Start
  | { readonly kind: "stop" }
  | { readonly kind: "report"; readonly id: number; readonly about: About }
  | { readonly kind: "answer"; readonly about: About; readonly answer: Answers[About] };

/** What the primary process says for all. */
export type AnswersOfAll = {
  /** Undefined if it fails, which is logged. */
  ask(about: About): Promise<Extract<ToServerProcess, { kind: "answer" }> | undefined>;
  /** A process has ended by itself. What it has counted stays in the sums. */
  ended(process: number): void;
};

export type ToPrimary =
  /** It listens to messages now. */
  | { readonly kind: "hello" }
  | { readonly kind: "serving" }
  | { readonly kind: "leaving" }
  | { readonly kind: "report"; readonly id: number; readonly report: Reports[About] | undefined }
  | { readonly kind: "ask"; readonly about: About };

/** Calls that come while one is under way share its answer, so that a crowd of probes costs no more than one. */
export function sharing<Answer>(run: () => Promise<Answer>): () => Promise<Answer> {
  let running: Promise<Answer> | undefined;
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}
