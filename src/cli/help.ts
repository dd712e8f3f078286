// What `asyncgate help` and `--help` print, and the completion of command lines.
import { nearestName } from "../wire/nearest.ts";
import { type Listed, listing } from "./listing.ts";

const width = 100;

const groups: readonly (readonly [title: string, nouns: readonly string[]])[] = [
  ["Tasks", ["task", "worker", "obligations", "receipts", "queue", "schedule", "machine", "agent"]],
  ["Servers", ["dev", "serve", "migrate", "doctor", "config", "admin", "ledger-check", "scheduler", "mcp", "node"]],
  ["Which server, which key", ["key", "profile"]],
  ["To try and to measure", ["demo", "bench"]],
];

const named = listing.commands.filter(({ isInternal }) => !isInternal);
const names: ReadonlySet<string> = new Set(listing.commands.map(({ name }) => name));

export function helpLines(version: string): string[] {
  const listed = groups.flatMap(([title, nouns]) => {
    const own = nouns.flatMap((noun) => named.filter(({ name }) => nounOf(name) === noun && !isAlias(name)));
    return ["", title, ...table(own)];
  });
  return [
    `asyncgate ${version}: durable hand-off for agents and workers`,
    "",
    "usage: asyncgate <command> …",
    ...listed,
    "",
    "asyncgate <command> --help            what a command takes",
    "asyncgate help calls                  a command for every unary method of the contract, with JSON",
    "asyncgate completion bash|zsh|fish    completes commands: source it in your shell's profile",
    "",
    "Commands call the server of ASYNCGATE_URL with the key in ASYNCGATE_API_KEY, or those of a profile,",
    "or the server that `asyncgate dev` runs in this directory. Data goes to stdout, messages to stderr.",
    "Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 3 the task did not succeed, 4 it is open.",
  ];
}

/** Of `task`: its verbs. Of `calls`: the commands that are made of the contract. */
export function nounLines(noun: string): string[] | undefined {
  const own = noun === "calls" ? listing.calls : named.filter(({ name }) => nounOf(name) === noun);
  return own.length > 0 ? table(own) : undefined;
}

/** Of the command that the words begin with; undefined if they are none. */
export function commandLines([noun = "", verb]: readonly string[]): string[] | undefined {
  const all = [...named, ...listing.calls];
  const found = all.find(({ name }) => name === `${noun} ${verb}`) ?? all.find(({ name }) => name === noun);
  return found && linesOf(found);
}

function linesOf({ usage, about, details, takesServerFlags }: Listed): string[] {
  return [
    ...usageLines(usage),
    "",
    ...wrapped(`${about[0]?.toUpperCase()}${about.slice(1)}.`, width),
    ...(details.length > 0 ? ["", ...details] : []),
    ...(takesServerFlags ? ["", "Its flags are the settings that `asyncgate config` prints."] : []),
  ];
}

/** Broken between its parts: what is in brackets stays in one line. */
function usageLines(usage: string): string[] {
  const lines = ["usage: asyncgate"];
  for (const part of usage.match(/\[[^\]]*\]\S*|--\S+ <[^>]*>\S*|<[^>]*>\S*|\S+/gu) ?? []) {
    const line = `${lines.at(-1)} ${part}`;
    if ([...line].length <= width) lines[lines.length - 1] = line;
    else lines.push(`         ${part}`);
  }
  return lines;
}

/** What may have been meant by the words that are no command. */
export function unknownLines(words: readonly string[]): string[] {
  const [noun = "", verb] = words;
  const verbs = [...names].filter((name) => name.startsWith(`${noun} `)).map((name) => name.slice(noun.length + 1));
  if (verbs.length > 0) {
    const said = verb === undefined || verb.startsWith("-") ? `${noun} needs a verb` : `there is no "${noun} ${verb}"`;
    const meant = verb && nearestName(verb, verbs);
    return [`${said}${meant ? `; did you mean ${noun} ${meant}?` : ""}`, `${noun} takes: ${verbs.join(", ")}`];
  }
  const meant = nearestName(noun, [...new Set([...names].map(nounOf)), ...listing.calls.map(({ name }) => name)]);
  return [`there is no command "${noun}"${meant ? `; did you mean ${meant}?` : ""}`, "`asyncgate help` lists them all"];
}

function nounOf(name: string): string {
  return name.split(" ")[0] ?? "";
}

/** `obligations list` is `obligations`, which stands above it. */
function isAlias(name: string): boolean {
  return name.endsWith(" list") && names.has(nounOf(name));
}

function table(all: readonly Listed[]): string[] {
  const longest = Math.max(...all.map(({ name }) => name.length));
  return all.flatMap(({ name, about }) => {
    const [first = "", ...rest] = wrapped(about, width - longest - 4);
    return [`  ${name.padEnd(longest)}  ${first}`, ...rest.map((line) => `  ${" ".repeat(longest)}  ${line}`)];
  });
}

function wrapped(text: string, columns: number): string[] {
  return text.match(new RegExp(`.{1,${columns}}(?: |$)`, "gu"))?.map((line) => line.trimEnd()) ?? [text];
}

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** Completes nouns, verbs and flags. What it knows is that of this version, so it asks nothing while a person types. */
export function completionScript(shell: Shell): string {
  const others = ["help", "completion"].map((name) => ({ name, usage: name, details: [] }));
  const all: readonly Pick<Listed, "name" | "usage" | "details">[] = [...named, ...listing.calls, ...others];
  const firsts = [...new Set(all.map(({ name }) => nounOf(name)))];
  const cases = firsts.flatMap((noun) => {
    const own = all.filter(({ name }) => nounOf(name) === noun);
    const verbs = own.flatMap(({ name }) => (name.includes(" ") ? [name.slice(noun.length + 1)] : []));
    const flagsOf = (of: typeof own) => [...new Set(of.flatMap(flags))];
    return [
      { path: noun, words: [...verbs, ...flagsOf(own.filter(({ name }) => name === noun))] },
      ...verbs.map((verb) => ({
        path: `${noun} ${verb}`,
        words: flagsOf(own.filter(({ name }) => name === `${noun} ${verb}`)),
      })),
    ];
  });
  const known = cases.filter(({ words }) => words.length > 0);
  if (shell === "fish") return fishScript(firsts, known);
  return bashScript(firsts, known, shell);
}

function flags({ usage, details }: Pick<Listed, "usage" | "details">): string[] {
  return [usage, ...details].flatMap((line) => line.match(/--[a-z][a-z-]*/g) ?? []);
}

type Case = { readonly path: string; readonly words: readonly string[] };

function bashScript(firsts: readonly string[], cases: readonly Case[], shell: "bash" | "zsh"): string {
  return [
    ...(shell === "zsh" ? ["autoload -U +X bashcompinit && bashcompinit"] : []),
    "_asyncgate() {",
    `  local word="$\{COMP_WORDS[COMP_CWORD]}" one="$\{COMP_WORDS[1]}" two="$\{COMP_WORDS[2]}" words=""`,
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${firsts.join(" ")}"`,
    '  else case "$one $two" in',
    ...cases
      .filter(({ path }) => path.includes(" "))
      .map(({ path, words }) => `    "${path}") words="${words.join(" ")}" ;;`),
    '    *) case "$one" in',
    ...cases
      .filter(({ path }) => !path.includes(" "))
      .map(({ path, words }) => `      ${path}) words="${words.join(" ")}" ;;`),
    "      esac ;;",
    "  esac; fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    "}",
    "complete -o default -F _asyncgate asyncgate",
  ].join("\n");
}

function fishScript(firsts: readonly string[], cases: readonly Case[]): string {
  const seen = (path: string) =>
    path
      .split(" ")
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join("; and ");
  return [
    `complete -c asyncgate -f -n __fish_use_subcommand -a '${firsts.join(" ")}'`,
    ...cases.map(({ path, words }) => {
      const options = words.filter((word) => word.startsWith("--")).map((word) => `-l ${word.slice(2)}`);
      const verbs = words.filter((word) => !word.startsWith("--"));
      const all = verbs.join(" ");
      const verb =
        verbs.length > 0
          ? [`complete -c asyncgate -f -n '${seen(path)}; and not __fish_seen_subcommand_from ${all}' -a '${all}'`]
          : [];
      return [...verb, ...options.map((option) => `complete -c asyncgate -n '${seen(path)}' ${option}`)].join("\n");
    }),
  ].join("\n");
}
