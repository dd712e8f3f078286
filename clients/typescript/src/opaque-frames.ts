// Work frames as the thread that carries them sees them: lists of sealed parts. On the wire a message within a message
// is bytes with a length, so the same frames are read here with every part as bytes, and whoever carries an offer does
// not pay for reading it.
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

type Sealed = Uint8Array<ArrayBuffer>;

/** What the carrier itself says. */
export type RelayRequest = { readonly hello?: Sealed; readonly heartbeat?: Sealed };

export type RelayResponse = { readonly [part: string]: unknown };

const messages = [WorkRequestSchema, WorkResponseSchema];

function sealedFile(): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name: "asyncgate/v1/relay.proto",
    package: WorkRequestSchema.file.proto.package,
    // Where a part that is there and empty differs from one that is not there.
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

const sealed = createFileRegistry(sealedFile(), () => undefined);

function sealedMessage({ typeName }: DescMessage): DescMessage {
  const message = sealed.getMessage(typeName);
  if (!message) throw new Error(`${typeName} has no sealed form`);
  return message;
}

const request = sealedMessage(WorkRequestSchema);
const response = sealedMessage(WorkResponseSchema);

/** WorkerService.Work with sealed parts. */
export const relayedWork: DescMethodBiDiStreaming<DescMessage, DescMessage> = {
  ...WorkerService.method.work,
  input: request,
  output: response,
};

export function openRequest(frame: Uint8Array): RelayRequest {
  return fromBinary(request, frame) as RelayRequest;
}

export function requestOf(parts: RelayRequest): RelayRequest {
  return create(request, parts as Record<string, unknown>) as RelayRequest;
}

/** What the carrier itself reads. A part that is not there has a default, which does not count. */
export function partOf(frame: RelayResponse, part: "welcome" | "heartbeatAck" | "streamEnd"): Sealed | undefined {
  return Object.hasOwn(frame, part) ? (frame[part] as Sealed) : undefined;
}

export function sealResponse(frame: RelayResponse): Sealed {
  return toBinary(response, frame as never) as Sealed;
}
