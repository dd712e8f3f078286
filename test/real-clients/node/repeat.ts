// What the programs in this directory have in common.

/** The waiting calls are under way by then; were they not, their end would only come sooner. */
export const waitBeforeCancelMs = 500;

/** Runs a step again and again until it fails, and prints how often it went well. */
export async function repeat(what: string, times: number, step: () => Promise<void>): Promise<void> {
  let done = 0;
  try {
    for (; done < times; done += 1) await step();
  } catch (error) {
    console.error(`${what} ${done + 1}: ${error}`);
  }
  console.log(`${what}s ${done}`);
}
