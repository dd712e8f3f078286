// Which server a command calls, and with which credential, as its environment says. What is wrong with them is told
// without repeating them: both may hold secrets.
import { UsageError } from "./command.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined if the environment names none. */
export function urlFrom(environment: Environment): string | undefined {
  const text = environment["ASYNCGATE_URL"];
  if (!text) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new UsageError("ASYNCGATE_URL must be an http or https URL without a password");
  }
  return text;
}

/** Undefined if the environment has none. */
export function keyFrom(environment: Environment): string | undefined {
  const key = environment["ASYNCGATE_API_KEY"];
  if (!key) return undefined;
  // Anything else cannot be sent in a header, and calls would fail as if there were no server.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError("ASYNCGATE_API_KEY must be a key or a token, without spaces or line breaks");
  }
  return key;
}
