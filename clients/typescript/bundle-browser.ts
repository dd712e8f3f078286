// Bundles the client for browsers into one file: node bundle-browser.ts [file]. The contract's rules on fields and its
// REST routes are left out: the server checks the rules, nothing in a page reads the routes, and together they would be
// a third of the bundle.
import { fileURLToPath } from "node:url";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import { type FileDescriptorProto, FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { type Plugin, rolldown } from "rolldown";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The files that define the rules and the routes, as their importers name them. */
const leftOut = ["buf/validate/validate.proto", "google/api/annotations.proto"];
const leftOutFile = /\b(file_buf_validate_validate|file_google_api_annotations),?\s*/g;
/** What a generated file says about itself: its descriptor, and the files that it imports. */
const descriptor = /fileDesc\("([^"]+)", \[([^\]]*)\]\)/;

const withoutRulesAndRoutes: Plugin = {
  name: "without rules and routes",
  transform: {
    filter: { id: /_pb\.ts$/ },
    handler: (code) =>
      code.replace(descriptor, (_all, encoded: string, imports: string) => {
        const slim = base64Encode(toBinary(FileDescriptorProtoSchema, slimmed(encoded)));
        return `fileDesc("${slim}", [${imports.replace(leftOutFile, "")}])`;
      }),
  },
};

/** Options of files that are left out are unknown fields to the reader of a descriptor. */
function slimmed(encoded: string): FileDescriptorProto {
  const file = fromBinary(FileDescriptorProtoSchema, base64Decode(encoded));
  file.dependency = file.dependency.filter((name) => !leftOut.includes(name));
  for (const message of file.messageType) slimMessage(message);
  for (const { method } of file.service) for (const { options } of method) dropOptions(options);
  return file;
}

type Message = FileDescriptorProto["messageType"][number];

function slimMessage({ options, field, nestedType, oneofDecl }: Message): void {
  for (const one of [options, ...field.map((one) => one.options), ...oneofDecl.map((one) => one.options)]) {
    dropOptions(one);
  }
  for (const nested of nestedType) slimMessage(nested);
}

/** Fields and methods have no options that the client reads; those of enum values say which errors may be retried. */
function dropOptions(options: { $unknown?: unknown } | undefined): void {
  if (options) delete options.$unknown;
}

const [, , file = here("dist/browser.js")] = process.argv;
const bundle = await rolldown({
  input: here("src/browser.ts"),
  platform: "browser",
  plugins: [withoutRulesAndRoutes],
});
await bundle.write({ file, format: "esm", minify: true });
await bundle.close();
