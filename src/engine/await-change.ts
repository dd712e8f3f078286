// Waiting without holding anything: look, sleep until a hint or a while has passed, look again. A hint that gets lost
// costs the while, and nothing else.
import type { Engine } from "./engine.ts";

/** The longest sleep between two looks; jittered, so that waiters do not look as one. */
const lookAgainMs = 1_000;

export async function awaitChange<Answer>(
  engine: Engine,
  wanted: { readonly topics: readonly string[]; readonly waitMs: number; readonly signal: AbortSignal },
  look: () => Promise<Answer>,
  isEnough: (answer: Answer) => boolean,
): Promise<Answer> {
  const deadlineMs = performance.now() + wanted.waitMs;
  for (;;) {
    const leftMs = deadlineMs - performance.now();
    const sleepMs = Math.min(leftMs, lookAgainMs * (0.5 + engine.random() / 2));
    // The ear is open before the look: a change between look and sleep is heard.
    const ear = new AbortController();
    const heard = engine.wakeups.wait(
      wanted.topics,
      Math.max(sleepMs, 0),
      AbortSignal.any([wanted.signal, ear.signal]),
    );
    try {
      const answer = await look();
      if (isEnough(answer) || leftMs <= 0 || wanted.signal.aborted) return answer;
      await heard;
    } finally {
      ear.abort();
    }
  }
}
