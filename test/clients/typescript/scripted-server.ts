// A server whose worker streams a test scripts frame by frame, behind a real port.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { onTestFinished } from "vitest";
import {
  StreamEndReason,
  WorkerService,
  type WorkRequest,
  WorkResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { createFrameSource, createInbox } from "../../helpers/work-stream.ts";
import { openTestServer } from "../../rpc/test-server.ts";

const hour = { seconds: 3_600n };
/** Nothing expires, and two heartbeats in a row are late only on a machine that stands still for seconds. */
export const plainWelcome = {
  sessionId: "s",
  resumeToken: "agr1_token",
  frameItemsMax: 500,
  heartbeatInterval: { seconds: 1n },
  ttl: hour,
  acceptWindow: hour,
  resumeGrace: hour,
};

/** One stream as the server has it; heartbeats are acknowledged by themselves. */
function openStream(requests: AsyncIterable<WorkRequest>) {
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const inbox = createInbox<WorkRequest>(ended);
  const source = createFrameSource<MessageInitShape<typeof WorkResponseSchema>>();
  void (async () => {
    try {
      for await (const frame of requests) {
        if (frame.heartbeat) source.send({ heartbeatAck: { sequence: frame.heartbeat.sequence } });
        inbox.take(frame);
      }
    } catch {
      // A stream that breaks has ended, too.
    }
    resolve("ended");
  })();
  return { ...inbox, ended, send: source.send, answers: source.frames, close: source.close };
}

export type ScriptedStream = ReturnType<typeof openStream>;

export async function openScriptedServer() {
  const streams: ScriptedStream[] = [];
  const waiting = new Set<() => void>();
  const endpoint = await openTestServer({
    services: (router) =>
      router.service(WorkerService, {
        async *work(requests) {
          const stream = openStream(requests);
          streams.push(stream);
          for (const check of waiting) check();
          for await (const frame of stream.answers()) yield create(WorkResponseSchema, frame);
        },
      }),
  });
  onTestFinished(async () => {
    for (const { close } of streams) close();
    await endpoint.server.close({ graceMs: 0 });
  });
  return {
    url: endpoint.url,
    streams,
    /** The stream of this number, from 1, as soon as it is opened. */
    stream: (number: number) =>
      new Promise<ScriptedStream>((resolve) => {
        const check = () => {
          const found = streams[number - 1];
          if (found) resolve(found);
        };
        waiting.add(check);
        check();
      }),
    /** Ends all workers. */
    dismissAll() {
      for (const { send, close } of streams) {
        send({ streamEnd: { reason: StreamEndReason.BYE } });
        close();
      }
    },
  };
}

/** Waits for this many heartbeats from now on. */
export async function heartbeats(stream: ScriptedStream, count: number): Promise<void> {
  const latest = stream.frames.findLast(({ heartbeat }) => heartbeat)?.heartbeat?.sequence ?? 0n;
  for (let sequence = latest + 1n; sequence <= latest + BigInt(count); sequence += 1n) {
    await stream.receive(({ heartbeat }) => heartbeat?.sequence === sequence || undefined);
  }
}

export const hello = ({ hello: found }: WorkRequest) => found;
export const credit = ({ credit: found }: WorkRequest) => found;
