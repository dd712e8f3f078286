// A timeout that counts only time in which the event loop ran. When a crowd arrives at once the loop may stand still
// for seconds, and its timers are then over before it has read what arrived meanwhile.

/** How much one tick counts, however late it comes. */
const tickMs = 100;

/** Calls `onTimeout` once, unless the returned function is called first. */
export function loopAwareTimeout(ms: number, onTimeout: () => void): () => void {
  let ticks = Math.ceil(ms / tickMs);
  const timer = setInterval(
    () => {
      ticks -= 1;
      if (ticks > 0) return;
      clearInterval(timer);
      onTimeout();
    },
    Math.min(ms, tickMs),
  );
  return () => clearInterval(timer);
}
