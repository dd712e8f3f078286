// `asyncgate profile …`: servers and keys under names, so that they need not be in the environment of every shell.
import { readArguments } from "./arguments.ts";
import { type Command, type Context, UsageError } from "./command.ts";
import { readProfiles, writeProfiles } from "./profiles.ts";
import { renderTable } from "./table.ts";
import { keyFrom, urlFrom } from "./target.ts";

const named = { least: 1, most: 1, what: "the name of the profile" };
const nameShape = /^[A-Za-z0-9._-]{1,64}$/;

export const profileSet: Command = {
  usage: "profile set <name> --url <url>",
  about: "keeps a server and the key that it reads from stdin or ASYNCGATE_API_KEY, and uses them",
  takesServerFlags: false,
  async run({ arguments: args, environment, terminal }) {
    const { values, positionals } = readArguments(args, { url: { type: "string" } }, named);
    const [name = ""] = positionals;
    if (!nameShape.test(name))
      throw new UsageError("a profile's name has at most 64 letters, digits, `.`, `_` and `-`");
    const url = urlFrom({ ASYNCGATE_URL: values.url ?? environment["ASYNCGATE_URL"] });
    if (!url) throw new UsageError("--url is missing");
    const typed = environment["ASYNCGATE_API_KEY"] ?? (await askForKey(terminal));
    const key = keyFrom({ ASYNCGATE_API_KEY: typed.trim() });
    if (!key) throw new UsageError("there is no key: pipe it to this command, or set ASYNCGATE_API_KEY");
    const { profiles } = await readProfiles(environment);
    const path = await writeProfiles(environment, { current: name, profiles: { ...profiles, [name]: { url, key } } });
    terminal.say(`${name} is kept in ${path} and used from now on`);
    return 0;
  },
};

async function askForKey({ prompt, readInput }: Context["terminal"]): Promise<string> {
  return prompt ? await prompt("key: ") : await readInput();
}

export const profileUse: Command = {
  usage: "profile use <name>",
  about: "makes a profile the one that commands use; ASYNCGATE_PROFILE names another for one command",
  takesServerFlags: false,
  async run({ arguments: args, environment }) {
    const [name = ""] = readArguments(args, {}, named).positionals;
    const { profiles } = await readProfiles(environment);
    if (!Object.hasOwn(profiles, name)) throw new UsageError(`there is no profile "${name}"`);
    await writeProfiles(environment, { current: name, profiles });
    return 0;
  },
};

export const profileRemove: Command = {
  usage: "profile remove <name>",
  about: "forgets a profile and its key",
  takesServerFlags: false,
  async run({ arguments: args, environment }) {
    const [name = ""] = readArguments(args, {}, named).positionals;
    const { current, profiles } = await readProfiles(environment);
    if (!Object.hasOwn(profiles, name)) throw new UsageError(`there is no profile "${name}"`);
    const { [name]: _removed, ...rest } = profiles;
    await writeProfiles(environment, { ...(current && current !== name && { current }), profiles: rest });
    return 0;
  },
};

export const profileList: Command = {
  usage: "profile list [--json]",
  about: "lists profiles, without their keys",
  takesServerFlags: false,
  async run({ arguments: args, environment, terminal }) {
    const { values } = readArguments(args, { json: { type: "boolean" } }, { least: 0, most: 0, what: "" });
    const { current, profiles } = await readProfiles(environment);
    const all = Object.entries(profiles).map(([name, { url }]) => ({ name, url, current: name === current }));
    if (values.json) terminal.print(JSON.stringify({ profiles: all }, undefined, 2));
    else if (all.length === 0) terminal.say("there are no profiles: `asyncgate profile set` makes one");
    else {
      const rows = all.map((one) => [one.current ? "*" : "", one.name, one.url]);
      for (const line of renderTable(["", "name", "server"], rows)) terminal.print(line);
    }
    return 0;
  },
};
