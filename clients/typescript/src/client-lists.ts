// A client's lists, as async iterables that read page after page.
import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  ListOpenObligationsRequestSchema,
  OpenObligation,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import type { Receipt } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { ListReceiptsRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { ListTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { CallOptions, Calls } from "./client-calls.ts";

export type TaskFilter = MessageInitShape<typeof ListTasksRequestSchema>;
export type ObligationFilter = MessageInitShape<typeof ListOpenObligationsRequestSchema>;
export type ReceiptFilter = MessageInitShape<typeof ListReceiptsRequestSchema>;

export function listTasks({ stubs, call }: Calls, filter: TaskFilter, options: CallOptions): AsyncGenerator<Task> {
  return pages(async (pageToken) => {
    const page = await call(options, (bounds) => stubs.tasks.listTasks({ ...filter, pageToken }, bounds));
    return { items: page.tasks, next: page.nextPageToken };
  });
}

export function obligations(
  { stubs, call }: Calls,
  filter: ObligationFilter,
  options: CallOptions,
): AsyncGenerator<OpenObligation> {
  return pages(async (cursor) => {
    const page = await call(options, (bounds) => stubs.obligations.listOpenObligations({ ...filter, cursor }, bounds));
    return { items: page.openObligations, next: page.cursor };
  });
}

export function receipts({ stubs, call }: Calls, filter: ReceiptFilter, options: CallOptions): AsyncGenerator<Receipt> {
  return pages(async (pageToken) => {
    const page = await call(options, (bounds) => stubs.receipts.listReceipts({ ...filter, pageToken }, bounds));
    return { items: page.receipts, next: page.nextPageToken };
  });
}

type Page<Item> = { readonly items: readonly Item[]; readonly next: string };

/** Reads a page only when its first item is asked for. */
export async function* pages<Item>(read: (token: string) => Promise<Page<Item>>): AsyncGenerator<Item> {
  for (let token = ""; ; ) {
    const { items, next } = await read(token);
    yield* items;
    if (next === "") return;
    token = next;
  }
}
