// Starts calls in small batches. One read of a connection can bring a hundred calls, and the event loop reads ten
// connections before it does anything else. A batch takes calls of each connection in turn; between two batches the
// event loop handles everything else, such as the cancellation of calls that have not started.

/** Some milliseconds of work. Smaller batches here make smaller batches for the database, which cost it more. */
export const batchMax = 64;

export type StartQueue = (connection: object, begin: () => void) => void;

export function createStartQueue(): StartQueue {
  const waiting = new Map<object, (() => void)[]>();
  const startBatch = () => {
    let begun = 0;
    for (const [connection, queue] of waiting) {
      const begin = queue.shift();
      // Moved to the end of the map, which this same loop will reach.
      waiting.delete(connection);
      if (queue.length > 0) waiting.set(connection, queue);
      begin?.();
      begun += 1;
      if (begun === batchMax) break;
    }
    if (waiting.size > 0) setImmediate(startBatch);
  };
  return (connection, begin) => {
    if (waiting.size === 0) setImmediate(startBatch);
    const queue = waiting.get(connection);
    if (queue === undefined) waiting.set(connection, [begin]);
    else queue.push(begin);
  };
}
