// The keys that seal secrets in the database, from the file of a setting. None of its faults repeats what the file has.
import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import type { SealingKey } from "../core/sealed-secret.ts";
import { ConfigError } from "./config.ts";

const keyBytes = 32;
const keysMax = 100;
const line = /^([A-Za-z0-9._-]{1,63})\s+([A-Za-z0-9+/]{43}=)$/;

/** None if there is no file. Throws a ConfigError. */
export function readSealingKeys(file: string | undefined): readonly SealingKey[] {
  if (file === undefined) return [];
  const lines = textOf(file).split("\n");
  const faults: string[] = [];
  const keys = lines.flatMap((text, index): SealingKey[] => {
    const plain = text.trim();
    if (plain === "" || plain.startsWith("#")) return [];
    const [, id = "", secret = ""] = line.exec(plain) ?? [];
    const bytes = Buffer.from(secret, "base64");
    if (bytes.length === keyBytes) return [{ id, key: createSecretKey(bytes) }];
    faults.push(`sealing-keys-file: line ${index + 1} must be a name and ${keyBytes} bytes in base64`);
    return [];
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) faults.push("sealing-keys-file: two keys have one name");
  if (keys.length > keysMax) faults.push(`sealing-keys-file: there are more than ${keysMax} keys`);
  if (keys.length === 0 && faults.length === 0) faults.push("sealing-keys-file: there is no key in it");
  if (faults.length > 0) throw new ConfigError(faults);
  return keys;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const why = error instanceof Error ? String(Reflect.get(error, "code") ?? error.name) : "";
    throw new ConfigError([`sealing-keys-file must be the path of a file that can be read (${why})`]);
  }
}
