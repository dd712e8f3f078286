// The checks of the contract's field rules, as the program that uses this room has them.
import type { DescMessage, Message } from "@bufbuild/protobuf";

/** The faults of a message, by field. */
export type CheckRules = (
  schema: DescMessage,
  message: Message,
) => readonly { readonly field: string; readonly description: string }[];
