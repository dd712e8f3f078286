// A server process's side: it gets its part from the primary process, reports to it, and asks it about all processes.
import type { Worker } from "node:cluster";
import type { Readiness } from "../../rpc/health.ts";
import {
  type About,
  type Answers,
  type Reports,
  type Start,
  sharing,
  type ToPrimary,
  type ToServerProcess,
} from "./messages.ts";

/** What a server that is one of several processes leaves to the primary process. */
export type OtherProcesses = {
  /** How this process reports on itself. */
  reportBy(own: OwnReports): void;
  /** The metrics of all processes. */
  readMetrics(): Promise<string>;
  /** Ready if all processes are. */
  readiness(): Promise<Readiness>;
};

export type OwnReports = { readonly [Name in About]: () => Promise<Reports[Name]> };

export type Membership = OtherProcesses & {
  readonly start: Start;
  /** Aborted when the primary process stops, or is told to. */
  readonly stopRequested: AbortSignal;
  serving(): void;
  /** Its calls are finishing. */
  leaving(): void;
  /** Lets the process end: an open channel would keep it. If the primary process ends first, so does this one. */
  leave(): void;
};

/** Longer than the primary process waits for the reports of all. */
const answerMaxMs = 5_000;

export async function joinPrimary(worker: Worker): Promise<Membership> {
  const started = Promise.withResolvers<Start>();
  const stopping = new AbortController();
  const asked = new Map<About, (answer: Answers[About]) => void>();
  let own: OwnReports | undefined;
  worker.on("message", (message: ToServerProcess) => {
    if (message.kind === "start") started.resolve(message);
    else if (message.kind === "stop") stopping.abort();
    else if (message.kind === "answer") asked.get(message.about)?.(message.answer);
    else void report(message.id, own?.[message.about]);
  });
  const report = async (id: number, read: (() => Promise<Reports[About]>) | undefined) => {
    tell(worker, { kind: "report", id, report: await read?.().catch(() => undefined) }); // counts as no answer
  };
  const ask = <Name extends About>(about: Name) =>
    sharing(async () => {
      const { promise, resolve, reject } = Promise.withResolvers<Answers[About]>();
      asked.set(about, resolve);
      const late = setTimeout(() => reject(new PrimaryDoesNotAnswer(about)), answerMaxMs);
      tell(worker, { kind: "ask", about });
      return (await promise.finally(() => clearTimeout(late))) as Answers[Name]; // it answers what it was asked about
    });
  const [readMetrics, askReadiness] = [ask("metrics"), ask("readiness")];
  tell(worker, { kind: "hello" });
  return {
    start: await started.promise,
    stopRequested: stopping.signal,
    reportBy(reports) {
      own = reports;
    },
    readMetrics,
    readiness: () =>
      askReadiness().catch((error: unknown) => {
        if (error instanceof PrimaryDoesNotAnswer) return { ready: false, reason: error.message };
        throw error;
      }),
    serving: () => tell(worker, { kind: "serving" }),
    leaving: () => tell(worker, { kind: "leaving" }),
    leave: () => worker.process.channel?.unref?.(),
  };
}

class PrimaryDoesNotAnswer extends Error {
  constructor(about: About) {
    super(`the primary process does not answer about the ${about} of all processes`);
    this.name = "PrimaryDoesNotAnswer";
  }
}

/** The primary process may have ended; then this one does, too. */
function tell(worker: Worker, message: ToPrimary): void {
  worker.send(message, () => {});
}
