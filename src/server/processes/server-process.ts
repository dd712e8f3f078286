// A server process as the primary process sees it, from its fork to its end.
import cluster, { type Worker } from "node:cluster";
import type { About, AnswersOfAll, Reports, Start, ToPrimary, ToServerProcess } from "./messages.ts";

export type Ending = { readonly exitCode: number | null; readonly signal: string | null; readonly error?: string };

export type ServerProcess = {
  readonly pid: number | undefined;
  /** Resolves when it takes calls; never if it ends before. */
  readonly serving: Promise<void>;
  readonly ended: Promise<Ending>;
  isServing(): boolean;
  /** Undefined when it ends meanwhile, or does not answer in time. */
  report<Name extends About>(about: Name): Promise<Reports[Name] | undefined>;
  /** Lets its calls finish. */
  stop(): void;
  kill(): void;
};

export type ServerProcessOptions = {
  readonly start: Start;
  readonly ask: AnswersOfAll["ask"];
};

/** A probe of the database has a second. A probe from outside should get an answer that says which process hangs. */
const reportMaxMs = 3_000;

export function forkServerProcess({ start, ask }: ServerProcessOptions): ServerProcess {
  const worker = cluster.fork();
  const serving = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Ending>();
  const reports = createReports(worker);
  let state: "starting" | "serving" | "leaving" = "starting";
  worker.on("message", (message: ToPrimary) => {
    if (message.kind === "hello") tell(worker, start);
    else if (message.kind === "report") reports.take(message.id, message.report);
    else if (message.kind === "ask") void ask(message.about).then((answer) => answer && tell(worker, answer));
    else {
      state = message.kind;
      if (state === "serving") serving.resolve();
    }
  });
  worker.once("exit", (exitCode, signal) => {
    state = "leaving";
    reports.end();
    ended.resolve({ exitCode, signal });
  });
  // It could not be started, which has no other event; or a message came too late, and then its end follows.
  worker.on("error", (error) => {
    if (worker.process.pid === undefined) ended.resolve({ exitCode: null, signal: null, error: error.message });
  });
  return {
    pid: worker.process.pid,
    serving: serving.promise,
    ended: ended.promise,
    isServing: () => state === "serving",
    report: reports.ask,
    stop() {
      // Its second signal would end it at once, and the terminal or the service manager may have sent the first.
      if (state === "serving") tell(worker, { kind: "stop" });
      else if (state === "starting") worker.process.kill("SIGTERM");
    },
    kill: () => void worker.process.kill("SIGKILL"),
  };
}

/** A message to a process that is ending is lost, and nothing waits for it: its end is an event of its own. */
function tell(worker: Worker, message: ToServerProcess): void {
  worker.send(message, () => {});
}

function createReports(worker: Worker) {
  const waiting = new Map<number, (report: Reports[About] | undefined) => void>();
  let last = 0;
  const take = (id: number, report: Reports[About] | undefined) => {
    waiting.get(id)?.(report);
    waiting.delete(id);
  };
  return {
    take,
    async ask<Name extends About>(about: Name): Promise<Reports[Name] | undefined> {
      last += 1;
      const id = last;
      const { promise, resolve } = Promise.withResolvers<Reports[About] | undefined>();
      waiting.set(id, resolve);
      const late = setTimeout(take, reportMaxMs, id, undefined);
      tell(worker, { kind: "report", id, about });
      const report = await promise;
      clearTimeout(late);
      return report as Reports[Name] | undefined; // it answers what it was asked about
    },
    end() {
      for (const id of [...waiting.keys()]) take(id, undefined);
    },
  };
}
