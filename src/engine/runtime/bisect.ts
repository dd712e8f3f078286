// A batch that fails for a reason that one of its items may have caused is run again in halves, until such an item
// fails alone and all others are done.

export type Bisection<Item, Answer> = {
  readonly run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** Whether an error may have been caused by one item alone. */
  readonly isPoison: (error: unknown) => boolean;
  readonly onAnswers: (items: readonly Item[], answers: readonly Answer[]) => void;
  readonly onFailure: (items: readonly Item[], error: unknown) => void;
};

/** Runs the parts one after the other, in the order of the items, and reports each as soon as it is done. */
export async function runBisecting<Item, Answer>(
  items: readonly Item[],
  bisection: Bisection<Item, Answer>,
): Promise<void> {
  try {
    const answers = await bisection.run(items);
    bisection.onAnswers(items, answers);
  } catch (error) {
    if (items.length <= 1 || !bisection.isPoison(error)) return bisection.onFailure(items, error);
    const half = Math.ceil(items.length / 2);
    await runBisecting(items.slice(0, half), bisection);
    await runBisecting(items.slice(half), bisection);
  }
}
