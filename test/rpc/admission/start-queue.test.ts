// Calls are begun in bites, of each connection in turn; between two of them the event loop looks at what else has come.
import { expect, onTestFinished, test } from "vitest";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { batchMax, createStartQueue } from "../../../src/rpc/admission/start-queue.ts";
import { dialHttp2, errorCodes, flags, frame, frameTypes, grpcFields, opening, uint32 } from "../../hostile/frames.ts";
import { framed } from "../raw-grpc.ts";
import { openTestServer, testKey } from "../test-server.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a bite has so many, of each connection in turn and in its order, and the next one has the others", async () => {
  const begins = createStartQueue();
  const many = {};
  const few = {};
  const begun: string[] = [];
  for (let call = 0; call < 2 * batchMax; call += 1) begins(many, () => begun.push(`many ${call}`));
  for (let call = 0; call < 2; call += 1) begins(few, () => begun.push(`few ${call}`));
  expect(begun).toEqual([]);
  await turn();
  expect(begun).toHaveLength(batchMax);
  expect(begun.slice(0, 5)).toEqual(["many 0", "few 0", "many 1", "few 1", "many 2"]);
  await turn();
  expect(begun).toHaveLength(2 * batchMax);
  await turn();
  expect(begun).toHaveLength(2 * batchMax + 2);
  expect(begun.at(-1)).toBe(`many ${2 * batchMax - 1}`);
  begins(few, () => begun.push("late"));
  await turn();
  expect(begun.at(-1)).toBe("late");
});

test("a call that is canceled in the same turn of the event loop in which it came reaches no handler", async () => {
  let reached = 0;
  const endpoint = await openTestServer({
    services: (router) =>
      router.service(TaskService, {
        getTask() {
          reached += 1;
          return {};
        },
      }),
  });
  onTestFinished(() => endpoint.server.close({ graceMs: 0 }));
  const connection = await dialHttp2(endpoint.port);
  const { socket, send } = connection;
  onTestFinished(() => void socket.destroy());
  const block = grpcFields("/asyncgate.v1.TaskService/GetTask", testKey);
  const message = framed(Buffer.from([10, 36, ...Buffer.from("0190b0f0-0000-7000-8000-000000000001")]));
  const ask = (id: number) => [opening(id, block), frame(frameTypes.data, flags.endStream, id, message)];
  for (const id of [1, 5]) {
    send(...ask(id), frame(frameTypes.reset, flags.none, id, uint32(errorCodes.cancel)), ...ask(id + 2));
    await connection.hear(({ streamId, type }) => type === frameTypes.headers && streamId === id + 2);
  }
  expect(reached).toBe(2);
});
