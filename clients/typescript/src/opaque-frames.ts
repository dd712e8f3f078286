// Work frames whose parts are opaque bytes. On the wire a nested message is bytes with a length, so the session keeper
// reads and writes the same frames without decoding the offers and settlements in them, which the worker loop does.
import {
  create,
  createFileRegistry,
  type DescMessage,
  type DescMethodBiDiStreaming,
  fromBinary,
  toBinary,
} from "@bufbuild/protobuf";
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import {
  WorkerService,
  WorkRequestSchema,
  WorkResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The keeper itself sends these two parts. */
export type OpaqueRequest = { readonly hello?: Bytes; readonly heartbeat?: Bytes };

export type OpaqueResponse = { readonly [part: string]: unknown };

const messages = [WorkRequestSchema, WorkResponseSchema];

function opaqueFile(): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name: "asyncgate/v1/opaque_frames.proto",
    package: WorkRequestSchema.file.proto.package,
    // In proto2, a bytes field that is present and empty differs from one that is absent, as it does for a message.
    syntax: "proto2",
    messageType: messages.map(({ name, fields }) => ({
      name,
      field: fields.map(({ proto }) => ({
        name: proto.name,
        number: proto.number,
        label: proto.label === Label.REPEATED ? Label.REPEATED : Label.OPTIONAL,
        type: Type.BYTES,
      })),
    })),
  });
}

const registry = createFileRegistry(opaqueFile(), () => undefined);

function opaqueMessage({ typeName }: DescMessage): DescMessage {
  const message = registry.getMessage(typeName);
  if (!message) throw new Error(`${typeName} has no opaque form`);
  return message;
}

const request = opaqueMessage(WorkRequestSchema);
const response = opaqueMessage(WorkResponseSchema);

/** WorkerService.Work with opaque parts. */
export const opaqueWork: DescMethodBiDiStreaming<DescMessage, DescMessage> = {
  ...WorkerService.method.work,
  input: request,
  output: response,
};

export function decodeRequest(frame: Uint8Array): OpaqueRequest {
  return fromBinary(request, frame) as OpaqueRequest;
}

export function requestOf(parts: OpaqueRequest): OpaqueRequest {
  return create(request, parts as Record<string, unknown>) as OpaqueRequest;
}

/** One of the parts that the keeper itself reads. An absent part has a default value, which is not returned. */
export function partOf(frame: OpaqueResponse, part: "welcome" | "heartbeatAck" | "streamEnd"): Bytes | undefined {
  return Object.hasOwn(frame, part) ? (frame[part] as Bytes) : undefined;
}

export function encodeResponse(frame: OpaqueResponse): Bytes {
  return toBinary(response, frame as never) as Bytes;
}
