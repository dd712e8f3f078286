// What the primary process answers for all its server processes: one text of metrics, and one readiness.
import { errorFields, type Log } from "../../log.ts";
import type { Readiness } from "../../rpc/health.ts";
import { createMetricsSum, createProcessMetrics } from "../../rpc/metrics-sum.ts";
import { type About, type Answers, type AnswersOfAll, sharing } from "./messages.ts";
import type { ServerProcess } from "./server-process.ts";

/** By their numbers; undefined while a process is being replaced. */
export type ServerProcesses = ReadonlyMap<number, ServerProcess | undefined>;

export function createAnswers(processes: ServerProcesses, log: Log): AnswersOfAll {
  const own = createProcessMetrics(() => serving(processes).length);
  const sum = createMetricsSum();
  const answer: { readonly [Name in About]: () => Promise<Answers[Name]> } = {
    readiness: sharing(() => readinessOfAll(processes)),
    metrics: sharing(async () => {
      const snapshots = await Promise.all(
        serving(processes).map(async ([number, process]) => [number, await process.report("metrics")] as const),
      );
      for (const [number, snapshot] of snapshots) {
        // A process that does not answer counts with its last numbers: a sum that falls would look like a restart.
        if (snapshot && processes.get(number)?.isServing()) sum.note(number, snapshot);
      }
      return await sum.render(await own.read());
    }),
  };
  return {
    async ask(about) {
      try {
        return { kind: "answer", about, answer: await answer[about]() };
      } catch (error) {
        log.error("answering for all processes failed", { about, ...errorFields(error) });
        return undefined;
      }
    },
    ended(process) {
      own.processEnded();
      sum.ended(process);
    },
  };
}

function serving(processes: ServerProcesses): [number, ServerProcess][] {
  return [...processes].flatMap(([number, process]) => (process?.isServing() ? [[number, process]] : []));
}

/** The first that is not ready says why. */
async function readinessOfAll(processes: ServerProcesses): Promise<Readiness> {
  const all = await Promise.all(
    [...processes].map(async ([number, process]): Promise<Readiness> => {
      const name = `process ${number} of ${processes.size}`;
      if (!process?.isServing()) return { ready: false, reason: `${name} is not serving` };
      return (await process.report("readiness")) ?? { ready: false, reason: `${name} does not answer` };
    }),
  );
  return all.find(({ ready }) => !ready) ?? all.find((one) => one.ready && one.detail !== undefined) ?? { ready: true };
}
