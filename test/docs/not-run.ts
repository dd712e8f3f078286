// What the pages show and no check runs, with why. All of it is read by bash, so that it is at least a command.

export type NotRun = {
  /** If absent, on all pages. */
  readonly page?: string;
  readonly command: RegExp;
  readonly why: string;
};

export const notRun: readonly NotRun[] = [
  { command: /^make /, why: "targets of the Makefile are long; CI runs them, and their names are checked" },
  { command: /^(?:\w+=\S+ )?npx vitest /, why: "the tests run themselves" },
  { command: /^SEED=random make /, why: "the tests run themselves" },
  { command: /^(?:claude|codex) /, why: "programs of other makers; `make check-hosts` gives these lines to them" },
  {
    command: /^(?:go get|go mod|pip install|npm (?:install|pkg)) /,
    why: "downloads, and the packages are on no registry yet",
  },
  { command: /^(?:npx openapi-ts|openapi-python-client) /, why: "downloads; `make doors` runs the first of them" },
  { command: /^python3 -m venv /, why: "downloads; what is installed with it is there already" },
  { page: "clients/go/README.md", command: /^(?:cd|ASYNCGATE_URL=)/, why: "test/clients/go runs this example" },
  { page: "clients/python/README.md", command: /^ASYNCGATE_URL=/, why: "test/clients/python runs this example" },
  { page: "clients/rust/README.md", command: /^ASYNCGATE_URL=/, why: "test/clients/rust runs this example" },
  {
    page: "clients/typescript/README.md",
    command: /^(?:cp|ASYNCGATE_API_KEY=)/,
    why: "test/clients/typescript runs this example",
  },
  { page: "docs/command-line.md", command: /^asyncgate completion fish \|/, why: "for fish, and this is bash" },
  {
    page: "docs/nodes.md",
    command: /^bin\/asyncgate node /,
    why: "test/node runs nodes, where the machine has sandboxes",
  },
  {
    page: "docs/nodes.md",
    command: /^(?:echo "2026-12 |ASYNCGATE_)/,
    why: "test/node/push runs a server, nodes and dispatchers with these settings",
  },
  { page: "docs/nodes.md", command: /^bin\/asyncgate task logs/, why: "it follows a job, and no node runs here" },
  { page: "docs/walkthrough.md", command: /^kill /, why: "`make walkthrough` does it, and writes the page" },
];
