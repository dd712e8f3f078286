// Waiting without holding anything: look, sleep until a hint, look again. No waiter polls the
// database itself: if a hint gets lost, the wait poller makes up for it, with one query for all waiters.
import type { Engine } from "../engine.ts";

export async function awaitChange<Answer>(
  engine: Engine,
  wanted: {
    readonly topic: string;
    readonly waitMs: number;
    readonly signal: AbortSignal;
  },
  look: () => Promise<Answer>,
  isEnough: (answer: Answer) => boolean,
  /** The version of the task that the answer shows, if it is about a task. */
  versionOf: (answer: Answer) => number | undefined = () => undefined,
): Promise<Answer> {
  const { wakeups } = engine;
  const deadlineMs = performance.now() + wanted.waitMs;
  for (let wasWoken = false; ; wasWoken = true) {
    const leftMs = Math.max(deadlineMs - performance.now(), 0);
    // The ear is open before the look: a change between look and sleep is heard.
    const ear = new AbortController();
    const heard = wakeups.wait([wanted.topic], leftMs, AbortSignal.any([wanted.signal, ear.signal]));
    try {
      // One hint may wake thousands: they look in turn, and leave the pool to other calls.
      const answer = await (wasWoken ? engine.wokenLooks(look) : look());
      if (isEnough(answer) || leftMs === 0 || wanted.signal.aborted) return answer;
      const version = versionOf(answer);
      if (version !== undefined) wakeups.noteSeenVersion(wanted.topic, version);
      // Nothing was heard since the look, so what it saw still stands.
      if (!(await heard)) return answer;
    } finally {
      ear.abort();
    }
  }
}
