// Beginnings in bites. One read of a connection can bring a hundred calls, and reads of ten connections follow each
// other before the event loop looks at anything else. Some calls are begun, of each connection in turn, and then
// whatever else has come has its turn; what was given up meanwhile is not begun at all.

/** Some milliseconds of work. Fewer would also be gathered in fewer, and cost the database more. */
export const batchMax = 64;

export type StartQueue = (connection: object, begin: () => void) => void;

export function createStartQueue(): StartQueue {
  const waiting = new Map<object, (() => void)[]>();
  const bite = () => {
    let begun = 0;
    for (const [connection, queue] of waiting) {
      const begin = queue.shift();
      // To the end of the line, where this very loop comes by again.
      waiting.delete(connection);
      if (queue.length > 0) waiting.set(connection, queue);
      begin?.();
      begun += 1;
      if (begun === batchMax) break;
    }
    if (waiting.size > 0) setImmediate(bite);
  };
  return (connection, begin) => {
    if (waiting.size === 0) setImmediate(bite);
    const queue = waiting.get(connection);
    if (queue === undefined) waiting.set(connection, [begin]);
    else queue.push(begin);
  };
}
