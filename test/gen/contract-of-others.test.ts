// Code generated from the .proto files of others must match their own npm packages, whose versions are pinned
// separately.
import { globSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate as packaged } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { expect, test } from "vitest";
import { file_buf_validate_validate as rulesOfOurs } from "../../gen/typescript/buf/validate/validate_pb.ts";

/** Two files mean the same when their descriptors have the same bytes; those of generated code have no comments. */
function bytesOf(file: DescFile): Uint8Array {
  return toBinary(FileDescriptorProtoSchema, file.proto);
}

test("the field rules are those of @bufbuild/protovalidate, to the byte", () => {
  expect(bytesOf(rulesOfOurs)).toEqual(bytesOf(packaged));
});

test("every generated TypeScript module can be imported as it is", async () => {
  const files = globSync("gen/typescript/**/*.ts");
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const module: object = await import(pathToFileURL(file).href);
    expect(Object.keys(module).some((name) => name.startsWith("file_"))).toBe(true);
  }
});
