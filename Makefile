# The targets for development; `make` lists them. CI runs only `make verify`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

# node_modules is up to date when this stamp is newer than the lock file.
installed := node_modules/.asyncgate-installed

.PHONY: docs docs-check package examples fuzz-rest conformance conformance-mcp walkthrough doors help dev demo demo-agents demo-node test test-long test-faults test-faults-schedules verify format lint types clients check-clients check-hosts generate generate-check bench bench-smoke bench-start bench-compare ledger-check clean

help: ## lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  %-16s %s\n", $$1, $$2 }'

$(installed): package-lock.json package.json
	@# npm ci would empty the directory that a link points to, which another checkout may be using.
	@if [ -L node_modules ]; then echo "node_modules is a link; run npm ci in the directory that it points to" >&2; exit 1; fi
	@# npm itself runs on whichever Node is there, and would warn of it for each package; all else runs on the Node in there.
	npm ci --no-audit --no-fund --no-update-notifier --loglevel error >&2
	@touch $@

dev: $(installed) ## installs, then runs a server with an embedded Postgres and keys for trying things
	@bin/asyncgate dev $(ARGS)

demo: $(installed) ## shows one task from creation to completion, and leaves no files behind
	@bin/asyncgate demo

demo-agents: $(installed) ## shows agents at work: a tree with dependencies, a report that is rejected once, and who closes it
	@bin/asyncgate demo agents

demo-node: $(installed) ## shows a node that registers, is configured, runs a job, is killed and started again, and is drained
	@bin/asyncgate node demo

test: $(installed) ## runs all tests, or some (ARGS=test/engine), and lists the laws with their tests
	@.ci/test $(ARGS)

test-long: $(installed) ## runs the randomized tests for ten minutes, each round with a new seed (MINUTES=60)
	@node test/long/run.ts $(MINUTES)

test-faults: $(installed) ## kills server and Postgres at random moments, a hundred times, and checks what is left (ARGS="--runs 10")
	@node test/faults/run.ts $(ARGS)

test-faults-schedules: $(installed) ## the same to servers, schedulers and Postgres while 500 schedules fire (ARGS="--runs 50")
	@node test/faults/run-schedules.ts $(ARGS)

test-faults-machines: $(installed) ## the same to runners, agents, servers and Postgres while 1,200 machines are executed (ARGS="--runs 10")
	@node test/faults/run-machines.ts $(ARGS)

verify: $(installed) ## runs what CI runs: format, lint, types, generated files, contract, tests, all five languages
	@.ci/verify

format: $(installed) ## formats all files that are written by hand
	biome check --write .
	buf format proto --write

lint: $(installed) ## checks format and lint, and changes nothing
	biome check .

types: $(installed) ## checks types
	tsc --project .

clients: $(installed) ## builds the packages of the client kits, or of some (ARGS=python), and says how to use them
	@.ci/build-clients $(ARGS)

package: $(installed) ## builds the npm package of the program, dist/asyncgate-<version>.tgz
	@node src/build/package.ts

docs: $(installed) ## builds the documentation as a site of files, dist/docs, and checks its links
	@node src/build/site/build-site.ts

docs-check: $(installed) ## runs the commands of all pages, and compiles their programs (ARGS="docs/names.md", ARGS=--languages)
	@node test/docs/run.ts $(ARGS)

check-clients: $(installed) ## opens, calls and closes the real clients of all languages in a row (ARGS="go python")
	@node test/real-clients/run.ts $(ARGS)

check-hosts: $(installed) ## gives the snippets of docs/mcp.md to Claude Code and Codex (downloads 800 MB once)
	@node test/hosts/run.ts

generate: $(installed) ## generates stubs in five languages, encoders, SQL functions, the schema dump and docs
	.ci/generate
	node src/build/generate-encoders.ts
	node src/build/generate-sql.ts
	node src/build/dump-schema.ts
	node src/build/generate-tools.ts
	node src/build/generate-openapi.ts
	node src/build/generate-machine-schema.ts
	node src/build/generate-command-listing.ts
	node src/build/generate-docs.ts

generate-check: $(installed) ## fails if a generated file is stale
	.ci/generate --check
	node src/build/generate-encoders.ts --check
	node src/build/generate-sql.ts --check
	node src/build/dump-schema.ts --check
	node src/build/generate-tools.ts --check
	node src/build/generate-openapi.ts --check
	node src/build/generate-machine-schema.ts --check
	node src/build/generate-command-listing.ts --check
	node src/build/generate-docs.ts --check

examples: $(installed) ## runs each machine of examples/machines with scripted agents, and compares what it comes to
	@node test/examples/run.ts

walkthrough: $(installed) ## writes docs/walkthrough.md from real calls over MCP and REST
	@node test/doors/walkthrough.ts

doors: $(installed) ## runs one script through gRPC, Connect, REST, a generated REST client and MCP, and compares what comes of it
	@node test/doors/run.ts

fuzz-rest: $(installed) ## checks a server against its own OpenAPI document with requests of Schemathesis (SECONDS_MAX=600)
	@node test/fuzz-rest/run.ts

conformance: $(installed) ## plays the same scenarios with all client kits (ARGS="python --only drain", ARGS=--wrong)
	@node test/conformance-clients/run.ts $(ARGS)

conformance-mcp: $(installed) ## checks MCP with its conformance program and the inspector (ARGS=scenarios, ARGS=inspector)
	@node test/conformance-mcp/run.ts $(ARGS)

ledger-check: $(installed) ## compares every receipt, state and obligation of a database (ARGS="--data-dir … ")
	@bin/asyncgate ledger-check $(ARGS)

bench: $(installed) ## measures speed beside other queues, about an hour (ARGS="--only backlog_flat", ARGS=--list)
	@node test/bench/run.ts $(ARGS)

bench-smoke: $(installed) ## runs a small version of every row of the benchmark, to check that all work
	@node test/bench/run.ts --smoke $(ARGS)

bench-start: $(installed) ## measures how long small commands take
	@node test/bench/startup.ts

bench-compare: $(installed) ## compares the benchmark with another commit's, row by row (BASE=<commit>, ARGS="--only memory")
	@node test/bench/against-base.ts $(BASE) $(ARGS)

clean: ## removes installed and built files; keeps the data in .asyncgate
	rm -rf node_modules .tools
