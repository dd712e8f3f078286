// Named servers with their keys, in one file of the user: `~/.config/asyncgate/profiles.json`. Only its owner may read
// it, because it holds keys.
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UsageError } from "./command.ts";

export type Profile = { readonly url: string; readonly key: string };
export type Profiles = {
  /** The one that is used if none is named. */
  readonly current?: string;
  readonly profiles: Readonly<Record<string, Profile>>;
};

type Environment = Readonly<Record<string, string | undefined>>;

const othersMayRead = 0o077;

/** Undefined without a home directory. */
export function profilesPath(environment: Environment): string | undefined {
  const { XDG_CONFIG_HOME: config, HOME: home } = environment;
  const base = config || (home && join(home, ".config"));
  return base ? join(base, "asyncgate", "profiles.json") : undefined;
}

export async function readProfiles(environment: Environment): Promise<Profiles> {
  const path = profilesPath(environment);
  const mode = path && (await stat(path).catch(() => undefined))?.mode;
  if (!path || mode === undefined) return { profiles: {} };
  if (mode && (mode & othersMayRead) !== 0) {
    throw new UsageError(`${path} holds keys, and others may read it: run \`chmod 600 ${path}\``);
  }
  const json: unknown = await readFile(path, "utf8").then(
    (text) => JSON.parse(text) as unknown,
    () => undefined,
  );
  if (!areProfiles(json)) throw new UsageError(`${path} cannot be read as profiles: mend it, or remove it`);
  return json;
}

/** Whole or not at all: a program that ends here leaves the file as it was. */
export async function writeProfiles(environment: Environment, profiles: Profiles): Promise<string> {
  const path = profilesPath(environment);
  if (!path) throw new UsageError("profiles need a home directory: set HOME or XDG_CONFIG_HOME");
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(profiles, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
  return path;
}

/** The named one, or the current one. Undefined if neither is. */
export async function profileFor(environment: Environment): Promise<Profile | undefined> {
  const named = environment["ASYNCGATE_PROFILE"];
  const { current, profiles } = await readProfiles(environment);
  const name = named || current;
  if (!name) return undefined;
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (!profile) throw new UsageError(`there is no profile "${name}": \`asyncgate profile list\` shows them`);
  return profile;
}

function areProfiles(json: unknown): json is Profiles {
  if (typeof json !== "object" || json === null || !("profiles" in json)) return false;
  const { profiles } = json;
  if (typeof profiles !== "object" || profiles === null) return false;
  return Object.values(profiles as Record<string, Partial<Profile> | null>).every(
    (one) => typeof one?.url === "string" && typeof one.key === "string",
  );
}
