// A node that takes no jobs by itself: what it serves for dispatchers, until it is stopped. Its jobs outlive it, for a
// later process of it to go on with.
import type { RunnerOptions } from "../jobs/job-runner.ts";
import type { LeftPushed } from "../jobs/spool.ts";
import type { Bearer } from "../push/bearer.ts";
import { openPushedJobs, type PushedJobs } from "../push/pushed-jobs.ts";
import { type PushServer, servePush } from "../push/serve-push.ts";
import type { Membership } from "./membership.ts";
import type { NodeSettings } from "./node-settings.ts";
import { answerHealth, type Changes, type Readiness } from "./readiness.ts";

/** What the address serves, as soon as it is there. */
export type PushState = { jobs: PushedJobs | undefined; bearer: () => Bearer | undefined };

export async function servePushed(
  { listen, push, slots }: NodeSettings,
  readiness: Readiness,
  state: PushState,
): Promise<PushServer> {
  if (!listen) throw new Error("a node that is given jobs listens");
  return await servePush({
    ...listen,
    tls: push?.tls,
    slots,
    bearer: () => state.bearer(),
    jobs: () => state.jobs,
    health: (request, answer) => answerHealth(request, answer, readiness),
  });
}

export type PushedInit = {
  readonly settings: NodeSettings;
  readonly drain: AbortSignal;
  readonly runner: RunnerOptions;
  readonly left: readonly LeftPushed[];
  readonly member: Membership;
  readonly readiness: Readiness;
  readonly changes: Changes;
  readonly running: { jobs: () => number };
  readonly push: PushState;
};

/** Until it has drained: then its jobs have ended, or their time for that is over, and they go on without it. */
export async function takePushedJobs(init: PushedInit): Promise<void> {
  const { settings, drain, runner, left, member, readiness, changes, running, push } = init;
  let onIdle = () => {};
  const closed = () => (drain.aborted ? "it stops" : member.mayTake() ? undefined : inTheWay(readiness));
  const jobs = await openPushedJobs(
    {
      ...runner,
      slots: settings.slots,
      closed,
      onChange() {
        member.changed();
        onIdle();
      },
    },
    left,
  );
  running.jobs = jobs.running;
  push.bearer = member.bearer;
  push.jobs = jobs;
  readiness.set("service", undefined);
  changes.onChange = () => member.changed();
  member.changed();
  try {
    if (!drain.aborted) await new Promise((resolve) => drain.addEventListener("abort", resolve, { once: true }));
    readiness.set("service", "draining");
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, settings.drainMs);
      onIdle = () => {
        if (jobs.running() > 0) return;
        clearTimeout(timer);
        resolve();
      };
      onIdle();
    });
  } finally {
    changes.onChange = () => {};
    await member.stop();
    jobs.close();
    push.jobs = undefined;
  }
}

function inTheWay(readiness: Readiness): string {
  return readiness.reasons(["service"]).join("; ") || "an operator drains it";
}
