# Everything a developer does here has a target; `make` lists them. CI runs `make verify` and nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

# What a target needs of node_modules is there when this stamp is younger than the lock file.
installed := node_modules/.asyncgate-installed

.PHONY: help dev demo test test-long verify format lint types clients generate generate-check bench bench-smoke bench-compare ledger-check clean

help: ## lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  %-16s %s\n", $$1, $$2 }'

$(installed): package-lock.json package.json
	@# npm ci empties what a link leads to, and others may be using that.
	@if [ -L node_modules ]; then echo "node_modules is a link: install where it leads to" >&2; exit 1; fi
	npm ci --no-audit --no-fund >&2
	@touch $@

dev: $(installed) ## installs, then runs a server with an embedded Postgres and keys for trying things
	@bin/asyncgate dev $(ARGS)

demo: $(installed) ## shows one task's whole way, then leaves nothing behind
	@bin/asyncgate demo

test: $(installed) ## runs all tests, or some (ARGS=test/engine), and lists the laws with the tests that hold them
	@.ci/test $(ARGS)

test-long: $(installed) ## runs the tests that draw at random for ten minutes, each round with a new seed (MINUTES=60)
	@node test/long/run.ts $(MINUTES)

verify: $(installed) ## what CI runs: form, lint, types, everything generated fresh, contract, tests, all five languages
	@.ci/verify

format: $(installed) ## formats what people write
	biome check --write .
	buf format proto --write

lint: $(installed) ## judges form and lint, changes nothing
	biome check .

types: $(installed) ## checks types
	tsc --project .

clients: $(installed) ## builds the packages of the client kits: clients/typescript/asyncgate-client-<version>.tgz
	rm -rf clients/typescript/dist
	cd clients/typescript && npm pack --silent

generate: $(installed) ## makes everything that is made: stubs in five languages, SQL functions, schema dump, docs
	.ci/generate
	node src/build/generate-encoders.ts
	node src/build/generate-sql.ts
	node src/build/dump-schema.ts
	node src/build/generate-docs.ts

generate-check: $(installed) ## fails when something that is made is stale
	.ci/generate --check
	node src/build/generate-encoders.ts --check
	node src/build/generate-sql.ts --check
	node src/build/dump-schema.ts --check
	node src/build/generate-docs.ts --check

ledger-check: $(installed) ## compares every receipt, state and obligation of a database (ARGS="--data-dir … ")
	@bin/asyncgate ledger-check $(ARGS)

bench: $(installed) ## measures speed beside other queues, some 15 minutes (ARGS="--only backlog_flat", ARGS=--list)
	@node test/bench/run.ts $(ARGS)

bench-smoke: $(installed) ## runs every row of the benchmark in small, to see that all still run
	@node test/bench/run.ts --smoke $(ARGS)

bench-compare: $(installed) ## compares the benchmark with another commit's, row by row (BASE=<commit>, ARGS="--only memory")
	@node test/bench/against-base.ts $(BASE) $(ARGS)

clean: ## removes what was installed and built; data in .asyncgate stays
	rm -rf node_modules .tools
