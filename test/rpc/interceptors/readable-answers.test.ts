// Answers in JSON are written whatever times they hold; binary answers hold them as they are.
import { connect } from "node:http2";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import {
  GetTaskRequestSchema,
  GetTaskResponseSchema,
  TaskService,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { callRaw, framed } from "../raw-grpc.ts";
import { authorization, openTestServer } from "../test-server.ts";

const taskId = "0190b0f0-0000-7000-8000-000000000001";
const stored = { seconds: 2_000_000_000n, nanos: -1 };
const shown = "2033-05-18T03:33:19.999999999Z";
const path = (method: string) => `/asyncgate.v1.TaskService/${method}`;

async function open() {
  const task: MessageInitShape<typeof GetTaskResponseSchema>["task"] = { deadline: stored };
  const { server, url } = await openTestServer({
    services(router) {
      router.service(TaskService, {
        getTask: () => ({ task }),
        async *watchTask() {
          yield { task };
        },
      });
    },
  });
  onTestFinished(() => server.close({ graceMs: 0 }));
  return url;
}

test("by POST, by GET and in a stream, JSON shows the nearest time it has a text for", async () => {
  const url = await open();
  const headers = { authorization, "content-type": "application/json" };
  const posted = await fetch(`${url}${path("GetTask")}`, { method: "POST", headers, body: `{"taskId":"${taskId}"}` });
  expect(await posted.json()).toEqual({ task: { deadline: shown } });
  const query = `connect=v1&encoding=json&message=${encodeURIComponent(`{"taskId":"${taskId}"}`)}`;
  const got = await fetch(`${url}${path("GetTask")}?${query}`, { headers: { authorization } });
  expect(await got.json()).toEqual({ task: { deadline: shown } });
  const streamed = await fetch(`${url}${path("WatchTask")}`, {
    method: "POST",
    headers: { authorization, "content-type": "application/connect+json" },
    body: framed(Buffer.from(`{"taskId":"${taskId}"}`)),
  });
  expect(await streamed.text()).toContain(shown);
});

test("a binary answer holds the time as it was stored", async () => {
  const url = await open();
  const session = connect(url);
  onTestFinished(() => session.destroy());
  const request = framed(toBinary(GetTaskRequestSchema, create(GetTaskRequestSchema, { taskId })));
  const { body } = await callRaw(session, path("GetTask"), request);
  expect(fromBinary(GetTaskResponseSchema, body.subarray(5)).task?.deadline).toMatchObject(stored);
});
