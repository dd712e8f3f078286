// Applies the batches of a stream: items by their operations, and offers that return to their queues.
import { internal, Refused } from "../../core/refusal.ts";
import type { Answer, Batch, Item, ItemKind } from "../../core/work-holdings.ts";
import { runBisecting } from "../runtime/bisect.ts";
import { sessionOf, type WorkStream } from "./work-stream.ts";

export async function applyBatch(stream: WorkStream, batch: Batch): Promise<void> {
  const answers =
    batch.kind === "return" ? await returnOffers(stream, batch) : await settle(stream, batch.kind, batch.items);
  stream.apply({ type: "batch_done", batch, answers });
}

async function settle(stream: WorkStream, kind: ItemKind, items: readonly Item[]): Promise<Answer[]> {
  const { operations, caller, context } = stream;
  const answers: Answer[] = [];
  await runBisecting(items, {
    run: (part) => operations.settleItems(caller, sessionOf(stream), kind, part),
    isPoison: (error) => !(error instanceof Refused),
    onAnswers: (_part, done) => void answers.push(...done),
    onFailure(part, error) {
      if (!(error instanceof Refused)) context.report(error);
      answers.push(...part.map(() => (error instanceof Refused ? error.refusal : internal())));
    },
  });
  return answers;
}

const attemptsMax = 10;
const retryMs = 500;

/** Offers that could not be returned would be kept by heartbeats for ever, so heartbeats look for them from then on. */
async function returnOffers(
  stream: WorkStream,
  { leases, why }: Extract<Batch, { readonly kind: "return" }>,
): Promise<Answer[]> {
  const { operations, caller, context } = stream;
  const offers = leases.map(({ claim }) => claim);
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    try {
      const returned = await operations.returnOffers(caller, { session: sessionOf(stream), offers, why });
      context.count("offers_returned", returned.length);
      return [];
    } catch (error) {
      if (!(error instanceof Refused)) context.report(error);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  stream.mayKeepUnknown = true;
  return [];
}
