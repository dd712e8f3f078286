// The session keeper by itself, against a scripted server: what the worker loop and the timing of its messages can do.
import { toBinary } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { startSessionKeeper } from "../../../clients/typescript/src/session-keeper.ts";
import type { Frame, FromKeeper } from "../../../clients/typescript/src/session-messages.ts";
import { HelloSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { createInbox } from "../../helpers/work-stream.ts";
import { testKey } from "../../rpc/test-server.ts";
import { kitTimeoutMs } from "./kit.ts";
import { hello, openScriptedServer, plainWelcome } from "./scripted-server.ts";

const options = { timeout: kitTimeoutMs };

function ofType<Type extends FromKeeper["type"]>(type: Type) {
  return (message: FromKeeper) => (message.type === type ? (message as FromKeeper & { type: Type }) : undefined);
}

/** A keeper whose messages are kept, and answered by `answer` as they come. */
async function openKeeper(answer: (message: FromKeeper) => void = () => {}) {
  const server = await openScriptedServer();
  const inbox = createInbox<FromKeeper>(new Promise(() => {}));
  const keeper = startSessionKeeper(
    {
      connection: { key: testKey },
      endpoints: [server.url],
      hello: toBinary(HelloSchema, { $typeName: "asyncgate.v1.Hello", ...emptyHello }) as Frame,
      reconnect: { initialMs: 1, multiplier: 1, maxMs: 1 },
    },
    {
      post(message) {
        inbox.take(message);
        answer(message);
      },
    },
  );
  onTestFinished(async () => {
    keeper.post({ type: "close", withinMs: 0 });
    await inbox.receive(ofType("closed"));
  });
  return { server, keeper, ...inbox };
}

const emptyHello = {
  workerName: "",
  instance: "",
  version: "",
  capabilities: [],
  acceptTypes: [],
  queues: [],
  slots: 1,
  resumeToken: "",
  host: {},
  omitHolder: false,
  agentSessionId: "",
};

test("closed while it asks which leases are held, it opens no further stream", options, async () => {
  const { server, keeper, receive } = await openKeeper((message) => {
    if (message.type !== "held_wanted") return;
    keeper.post({ type: "close", withinMs: 0 });
    keeper.post({ type: "held", stream: message.stream, leaseTokens: [] });
  });
  const first = await server.stream(1);
  await first.receive(hello);
  first.send({ welcome: plainWelcome });
  await receive(ofType("frame"));
  keeper.post({ type: "reconnect", stream: 1 });
  expect(await receive(ofType("closed"))).toEqual({ type: "closed" });
  expect(server.streams).toHaveLength(1);
});
