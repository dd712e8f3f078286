// Programs of ours that a command starts, as this build has them: sources run as they are, and in a package they are
// compiled.
import { fileURLToPath } from "node:url";

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** `name` is its path from here, without an extension. */
export function programFile(name: string): string {
  return fileURLToPath(new URL(`${name}.${extension}`, import.meta.url));
}
