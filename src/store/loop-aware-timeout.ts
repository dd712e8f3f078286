/**
 * Time that somebody was waited for. An event loop that stands still for seconds, under a crowd that comes at once,
 * finds its timers over before it has looked at what has come meanwhile; who counts only the time in which it turned
 * gives nobody up for what he did not do.
 */

/** While the loop turns, a tenth of a second each; however long it stands still, one. */
const tickMs = 100;

/** Calls back once, unless it is told before that it need not. */
export function loopAwareTimeout(ms: number, then: () => void): () => void {
  let ticks = Math.ceil(ms / tickMs);
  const timer = setInterval(
    () => {
      ticks -= 1;
      if (ticks > 0) return;
      clearInterval(timer);
      then();
    },
    Math.min(ms, tickMs),
  );
  return () => clearInterval(timer);
}
