# make run    builds the web app and the server, and starts it; ARGS="--lan" and the like go to `diemcau serve`
# make test   format, lints, tests in Rust, of the web app, in a real browser, with native clients and LiveKit's server SDKs
# make clean  removes what was built in this folder

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.PHONY: run test build web tools clean

CACHE := $(HOME)/.cache/diemcau
export CARGO_TARGET_DIR ?= $(CACHE)/target
# `dev` builds faster and runs slower.
PROFILE ?= release
export DIEMCAU_BIN := $(CARGO_TARGET_DIR)/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))/diemcau
export DIEMCAU_VENV ?= $(CACHE)/venv

WEB := web/index.html web/vite.config.ts web/tsconfig.json $(shell find web/src web/public -type f)

run: build
	exec "$(DIEMCAU_BIN)" serve $(ARGS)

test: tools web tests/browser/node_modules/.package-lock.json tests/server-sdk/node_modules/.package-lock.json
	PROFILE="$(PROFILE)" scripts/test.sh

build: tools web
	cargo build --locked --profile "$(PROFILE)"

web: tools web/dist/index.html

tools:
	@scripts/tools.sh

web/dist/index.html: web/node_modules/.package-lock.json $(WEB)
	cd web && npm run build
	@touch $@

# npm writes this file when it is done.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	cd $* && npm ci --no-audit --no-fund
	@touch $@

clean:
	rm -rf web/dist web/node_modules tests/browser/node_modules tests/server-sdk/node_modules artefacts
