// A process that floods a server: each caller calls again as soon as it is answered or refused.
import { create } from "@bufbuild/protobuf";
import {
  CreateTaskRequestSchema,
  CreateTasksRequestSchema,
  ListTasksRequestSchema,
  TaskService,
} from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type BenchClient, openBenchClient } from "../../src/cli/bench/client.ts";
import { benchPayload } from "../../src/cli/bench/payload.ts";
import { takeOrders } from "./bench-processes.ts";

export type FloodKind = "create" | "batch" | "list";
export type Flood = {
  readonly url: string;
  readonly key: string;
  readonly kind: FloodKind;
  readonly callers: number;
  readonly connections: number;
};
export type Flooded = { readonly answered: number; readonly refused: number };

const batchOf = 100;
const task = () => create(CreateTaskRequestSchema, { type: "flood", queue: "flood", payload: benchPayload });

const calls: Readonly<Record<FloodKind, (client: BenchClient) => Promise<unknown>>> = {
  create: (client) => client.call(TaskService.method.createTask, task()),
  batch: (client) =>
    client.call(
      TaskService.method.createTasks,
      create(CreateTasksRequestSchema, { tasks: Array.from({ length: batchOf }, task) }),
    ),
  list: (client) => client.call(TaskService.method.listTasks, create(ListTasksRequestSchema, { pageSize: 50 })),
};

let end = async (): Promise<Flooded> => ({ answered: 0, refused: 0 });

const orders = {
  start: async ({ url, key, kind, callers, connections }: Flood): Promise<void> => {
    const client = openBenchClient(url, key, connections);
    let isOver = false;
    let answered = 0;
    let refused = 0;
    const caller = async () => {
      while (!isOver) {
        await calls[kind](client).then(
          () => (answered += 1),
          () => (refused += 1),
        );
      }
    };
    const callings = Array.from({ length: callers }, caller);
    end = async () => {
      isOver = true;
      await Promise.all(callings);
      client.close();
      return { answered, refused };
    };
  },
  stop: (): Promise<Flooded> => end(),
};

export type FloodOrders = typeof orders;

takeOrders(orders);
