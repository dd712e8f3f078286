// Which server a command calls, and with which credential, as its environment says. What is wrong with them is told
// without repeating them: both may hold secrets.
import { type Context, UsageError } from "./command.ts";
import { readDevKeys, readDevUrl } from "./dev-files.ts";
import { profileFor } from "./profiles.ts";

export type Server = { readonly url: string; readonly key: string };

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

/** Names of the keys that `asyncgate dev` makes. */
export type DevKeyName = "tasker" | "worker" | "operator" | "admin" | "executor";

/**
 * The environment says which server and which key; what it leaves open, a profile does, and then the server that
 * `asyncgate dev` runs in this directory.
 */
export async function serverFor({ environment, readConfig }: Context, devKeyName: DevKeyName): Promise<Server> {
  const [url, key] = [urlFrom(environment), keyFrom(environment)];
  // Also where it is not needed: it finds misspelt variables.
  const { dataDir, host, port } = readConfig();
  if (url && key) return { url, key };
  const profile = await profileFor(environment);
  if (profile) return { url: url ?? profile.url, key: key ?? profile.key };
  const devUrl = url ?? (await readDevUrl(dataDir)) ?? `http://${host}:${port}`;
  const devKey = key ?? (await readDevKeys(dataDir)).find(({ name }) => name === devKeyName)?.key;
  if (!devKey) throw new UsageError(noKey);
  return { url: devUrl, key: devKey };
}

/**
 * For a call that the key of the environment may not make, though a key of `asyncgate dev` in this directory may: a
 * person who has exported the one for taskers, and then works.
 */
export async function otherKeyAdvice({ environment, readConfig }: Context, name: DevKeyName): Promise<string> {
  if (!environment["ASYNCGATE_API_KEY"]) return "";
  const keys = await readDevKeys(readConfig().dataDir);
  return keys.some((one) => one.name === name) ? ` Try ASYNCGATE_API_KEY=$(asyncgate key ${name}).` : "";
}

const noKey =
  "there is no key: set ASYNCGATE_API_KEY, or keep one with `asyncgate profile set`, or run `asyncgate dev` here first";
