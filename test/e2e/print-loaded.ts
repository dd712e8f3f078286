// Loaded before the program (`node --import`): at each SIGUSR2, and when the program ends, it prints the packages and
// the files of ours that are loaded, as a line to stderr.
import { registerHooks } from "node:module";

const loaded = new Set<string>();
registerHooks({
  load(url, context, load) {
    const name = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? /\/((?:src|gen)\/.+)/.exec(url);
    loaded.add(name?.[1] ?? url);
    return load(url, context);
  },
});
const print = () => void process.stderr.write(`loaded: ${JSON.stringify([...loaded])}\n`);
process.on("SIGUSR2", print);
process.on("exit", print);
