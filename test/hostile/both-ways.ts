// A real engine behind a real port, called in both forms of messages by one caller with every role: what was sent in
// protobuf's binary form is read back as JSON.
import { connect as connectHttp2 } from "node:http2";
import type { DescMessage, DescService } from "@bufbuild/protobuf";
import { create, type DescMethod, type JsonObject, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { onTestFinished } from "vitest";
import { LeaseService } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { bearer, openEngineServer, roles } from "../rpc/engine-server.ts";
import { callRaw, framed, type RawAnswer } from "../rpc/raw-grpc.ts";

export type JsonAnswer = { readonly status: number; readonly json: JsonObject };
export type BothWays = Awaited<ReturnType<typeof openBothWays>>;

const pathOf = ({ parent, name }: DescMethod) => `/${parent.typeName}/${name}`;

export async function openBothWays() {
  const opened = await openEngineServer(({ tenant }) => ({
    authenticate: async () => tenant.caller("human", "alice", roles),
  }));
  const { url } = opened;
  const session = connectHttp2(url);
  onTestFinished(() => session.destroy());
  const transport = createGrpcTransport({
    baseUrl: url,
    interceptors: [
      (next) => async (request) => {
        request.header.set("authorization", bearer("any").headers.authorization);
        return await next(request);
      },
    ],
  });
  const clientOf = <Service extends DescService>(service: Service): Client<Service> => createClient(service, transport);
  return {
    ...opened,
    tasks: clientOf(TaskService),
    leases: clientOf(LeaseService),
    clientOf,
    /** By gRPC, as bytes: whatever the types say. */
    async send<Desc extends DescMessage>(
      method: DescMethod & { readonly input: Desc },
      message: MessageInitShape<Desc>,
    ): Promise<RawAnswer> {
      const body = framed(toBinary(method.input, create(method.input, message)));
      return await callRaw(session, pathOf(method), body, bearer("any").headers);
    },
    /** By Connect with JSON. */
    async ask(method: DescMethod, request: JsonObject | string = {}): Promise<JsonAnswer> {
      const response = await fetch(`${url}${pathOf(method)}`, {
        method: "POST",
        headers: { ...bearer("any").headers, "content-type": "application/json" },
        body: typeof request === "string" ? request : JSON.stringify(request),
      });
      return { status: response.status, json: (await response.json()) as JsonObject };
    },
  };
}
