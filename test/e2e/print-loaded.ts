// Loaded before the program (`node --import`): at each SIGUSR2 it prints the packages and the files of src that are
// loaded, as a line to stderr.
import { registerHooks } from "node:module";

const loaded = new Set<string>();
registerHooks({
  load(url, context, load) {
    const name = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? /\/(src\/.+)/.exec(url);
    loaded.add(name?.[1] ?? url);
    return load(url, context);
  },
});
process.on("SIGUSR2", () => process.stderr.write(`loaded: ${JSON.stringify([...loaded])}\n`));
