// Requests in JSON, read as strictly as the contract says. The Connect library decodes bytes with the decoder it is
// given and then parses the text, so the decoder is where bytes and text can be refused by field.
import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import { invalidArgument, Refused } from "../../core/refusal.ts";
import { jsonViolations } from "../../wire/json-request.ts";
import { malformed } from "../interceptors/map-errors.ts";

/** For the requests of one method. Errors of the decoder reach `connectErrorOf` as causes of the library's. */
export function strictJson(input: DescMessage) {
  return { ignoreUnknownFields: false, textDecoder: { decode: (bytes: Uint8Array) => decode(input, bytes) } };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decode(input: DescMessage, bytes: Uint8Array): string {
  let text: string;
  let json: JsonValue;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Refused(malformed("it is not UTF-8"));
  }
  try {
    json = JSON.parse(text) as JsonValue;
  } catch {
    return text; // the library says where it is no JSON
  }
  const faults = jsonViolations(input, json);
  if (faults !== undefined) throw new Refused(invalidArgument(faults.violations, faults.omitted));
  return text;
}
