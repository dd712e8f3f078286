// The field rules of the contract, for the rooms that get messages past the services: payloads of tasks.
import type { DescMessage, Message } from "@bufbuild/protobuf";
import { createRules } from "./rules.ts";

const rules = createRules();

/** The faults of a message, by field. */
export function checkRules(schema: DescMessage, message: Message) {
  return rules.check(schema, message)?.violations ?? [];
}
