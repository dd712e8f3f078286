// `asyncgate machine schema`: the JSON Schema of documents, for editors, on stdout.
import schema from "../../machines/document/machine-schema.gen.json" with { type: "json" };
import { type Command, UsageError } from "../command.ts";

export const machineSchema: Command = {
  usage: "machine schema",
  about: "prints the JSON Schema of machines' documents, for editors",
  takesServerFlags: false,
  async run({ arguments: args, terminal }) {
    if (args.length > 0) throw new UsageError("machine schema takes no arguments");
    terminal.print(JSON.stringify(schema, undefined, 2));
    return 0;
  },
};
