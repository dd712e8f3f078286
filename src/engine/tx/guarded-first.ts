// Operations that first take for granted what is usual, or what their server remembers: then they wait for no answer,
// and guards in SQL raise where it is not so. Decision 0021.
import { isUnexpected } from "../../store/driver-errors.ts";
import type { TransactionOptions } from "../../store/transaction.ts";

export type Way = "guarded" | "in turn";

/** Runs an operation in one flight. If a guard raises, nothing was done, and it runs again, once, looking first. */
export async function guardedFirst<Answer>(attempt: (way: Way) => Promise<Answer>): Promise<Answer> {
  try {
    return await attempt("guarded");
  } catch (error) {
    if (!isUnexpected(error)) throw error;
    return await attempt("in turn");
  }
}

/**
 * Work behind guards that nothing has waited for yet. Where one of them raises, the statements behind it fail because
 * of it, perhaps before it is waited for: what it raises is what counts.
 */
export async function behindGuards<Answer>(
  guards: Promise<unknown> | undefined,
  work: () => Promise<Answer>,
): Promise<Answer> {
  // Otherwise a rejection that comes before the work has failed would end the process.
  guards?.catch(() => {});
  try {
    return await work();
  } catch (error) {
    await guards;
    throw error;
  }
}

/** The clock, too, is a thing that is taken for granted. */
export function timeOf(way: Way): Pick<TransactionOptions, "time"> {
  return { time: way === "guarded" ? "estimated" : "read" };
}
