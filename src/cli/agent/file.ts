// Files in YAML or JSON that hold one value, or a list of them.
import { readFile } from "node:fs/promises";
import type { JsonValue } from "@bufbuild/protobuf";
import { parse } from "yaml";
import { UsageError } from "../command.ts";

/** Far more than an agent may have. */
const fileBytesMax = 10_000_000;

/** `what` are the values, for messages. */
export async function valuesIn(path: string, what: string): Promise<JsonValue[]> {
  const read = await readFile(path, "utf8").catch((error: unknown) => {
    throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  });
  if (read.length > fileBytesMax) throw new UsageError(`${path} is too large for a file of ${what}`);
  const document = documentIn(path, read);
  return Array.isArray(document) ? document : [document];
}

function documentIn(path: string, read: string): JsonValue {
  try {
    return parse(read) as JsonValue;
  } catch (error) {
    throw new UsageError(`${path} is neither YAML nor JSON: ${error instanceof Error ? error.message : error}`);
  }
}
