// The gRPC reflection protocol: shows the services that are served, and every file they stand on, to tools such as
// grpcurl. It shows the contract, which is public, and nothing of what is stored.
import {
  type DescEnum,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type DescService,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import type {
  ServerReflection,
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from "../../gen/typescript/grpc/reflection/v1/reflection_pb.ts";

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;

type Catalog = {
  readonly services: readonly string[];
  readonly files: ReadonlyMap<string, DescFile>;
  readonly symbols: ReadonlyMap<string, DescFile>;
  /** By the name of the message they extend, then by number. */
  readonly extensions: ReadonlyMap<string, ReadonlyMap<number, DescFile>>;
};

export function reflectionService(services: readonly DescService[]): ServiceImpl<typeof ServerReflection> {
  const catalog = catalogOf(services);
  return {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        const messageResponse = answer(request.messageRequest, catalog);
        yield { validHost: request.host, originalRequest: request, messageResponse };
      }
    },
  };
}

function answer(request: ServerReflectionRequest["messageRequest"], catalog: Catalog): Answer {
  switch (request.case) {
    case "listServices":
      return { case: "listServicesResponse", value: { service: catalog.services.map((name) => ({ name })) } };
    case "fileByFilename":
      return fileAnswer(catalog.files.get(request.value), `file ${request.value}`);
    case "fileContainingSymbol":
      return fileAnswer(catalog.symbols.get(request.value), `symbol ${request.value}`);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = request.value;
      const file = catalog.extensions.get(containingType)?.get(extensionNumber);
      return fileAnswer(file, `extension ${extensionNumber} of ${containingType}`);
    }
    case "allExtensionNumbersOfType": {
      if (!catalog.symbols.has(request.value)) return notFound(`type ${request.value}`);
      const extensionNumber = [...(catalog.extensions.get(request.value)?.keys() ?? [])];
      return { case: "allExtensionNumbersResponse", value: { baseTypeName: request.value, extensionNumber } };
    }
    default:
      return { case: "errorResponse", value: { errorCode: Code.InvalidArgument, errorMessage: "nothing was asked" } };
  }
}

/** The file and all it stands on, dependencies first, so that a client needs no second question. */
function fileAnswer(file: DescFile | undefined, what: string): Answer {
  if (file === undefined) return notFound(what);
  const files = new Map<string, DescFile>();
  collect(file, files);
  const fileDescriptorProto = [...files.values()]
    .reverse()
    .map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function notFound(what: string): Answer {
  const shortened = what.slice(0, nameCharactersMax);
  return { case: "errorResponse", value: { errorCode: Code.NotFound, errorMessage: `there is no ${shortened} here` } };
}

/** Names in the contract are far shorter; what is longer is not repeated whole. */
const nameCharactersMax = 200;

/** Dependencies before the files that need them. */
function collect(file: DescFile, files: Map<string, DescFile>): void {
  const name = file.proto.name;
  if (files.has(name)) return;
  for (const dependency of file.dependencies) collect(dependency, files);
  files.set(name, file);
}

function catalogOf(services: readonly DescService[]): Catalog {
  const files = new Map<string, DescFile>();
  for (const service of services) collect(service.file, files);
  const symbols = new Map<string, DescFile>();
  const extensions = new Map<string, Map<number, DescFile>>();
  for (const file of files.values()) {
    for (const type of nestedTypes(file)) {
      symbols.set(type.typeName, file);
      if (type.kind === "extension") addExtension(type, file, extensions);
      else for (const name of memberNames(type)) symbols.set(name, file);
    }
  }
  return { services: services.map(({ typeName }) => typeName).sort(), files, symbols, extensions };
}

function memberNames(type: DescMessage | DescEnum | DescService): string[] {
  switch (type.kind) {
    case "message":
      return [...type.fields, ...type.oneofs].map(({ name }) => `${type.typeName}.${name}`);
    case "service":
      return type.methods.map(({ name }) => `${type.typeName}.${name}`);
    case "enum": {
      // Values stand beside their enum, not in it.
      const scope = type.typeName.slice(0, type.typeName.lastIndexOf(".") + 1);
      return type.values.map(({ name }) => `${scope}${name}`);
    }
  }
}

function addExtension(type: DescExtension, file: DescFile, extensions: Map<string, Map<number, DescFile>>): void {
  const extendee = type.extendee.typeName;
  const byNumber = extensions.get(extendee) ?? new Map<number, DescFile>();
  byNumber.set(type.number, file);
  extensions.set(extendee, byNumber);
}
