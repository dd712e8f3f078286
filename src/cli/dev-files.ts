// What `asyncgate dev` keeps in its data directory for the other commands: its keys and its address. Only the owner may
// read the keys.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DevKey } from "../engine/index.ts";

export const devKeysFileName = "dev-keys.json";
const urlFileName = "dev-url";

export async function readDevKeys(dataDir: string): Promise<DevKey[]> {
  try {
    return JSON.parse(await readFile(join(dataDir, devKeysFileName), "utf8")) as DevKey[];
  } catch {
    return [];
  }
}

export async function keepDevKeys(dataDir: string, keys: readonly DevKey[]): Promise<void> {
  if (keys.length === 0) return;
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, devKeysFileName), `${JSON.stringify(keys, undefined, 2)}\n`, { mode: 0o600 });
}

/** Where the server listened when it was started last. */
export async function readDevUrl(dataDir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(dataDir, urlFileName), "utf8")).trim();
  } catch {
    return undefined;
  }
}

export async function keepDevUrl(dataDir: string, url: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, urlFileName), `${url}\n`);
}
