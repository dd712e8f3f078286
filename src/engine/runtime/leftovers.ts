// What a transaction has left to the sweep, because it was too much for it, or another one had it locked. Mostly that
// one is over in a moment, so a sweep soon after does what would else wait for the next one.
import type { Transaction } from "../../store/transaction.ts";

export type Leftovers = {
  /** Says so when the transaction is committed. `again`: it was a sweep itself. */
  note(tx: Pick<Transaction, "afterCommit">, again?: boolean): void;
  /** `hear` is called a moment after a commit that has left something, once for all that come until then. */
  onNoted(hear: () => void): void;
};

/** Longer than most transactions. What is locked for longer is tried less and less often. */
const momentMs = 20;
const momentMaxMs = 1_000;

export function createLeftovers(): Leftovers {
  let hear = () => {};
  let isWaiting = false;
  let waitMs = momentMs;
  const tell = () => {
    isWaiting = false;
    hear();
  };
  return {
    note(tx, again = false) {
      tx.afterCommit(() => {
        if (isWaiting) return;
        isWaiting = true;
        waitMs = again ? Math.min(waitMs * 2, momentMaxMs) : momentMs;
        setTimeout(tell, waitMs).unref();
      });
    },
    onNoted(how) {
      hear = how;
    },
  };
}
