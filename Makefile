# leftshift: every command a developer or a new user needs. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
# The one place where the build tag of DuckDB's Arrow interface is set.
export GOFLAGS := $(GOFLAGS) -tags=duckdb_arrow
export CGO_ENABLED := 1

BIN := build/leftshift
PEOPLE ?= 20000
SEED ?= 1
DEMO ?= build/demo
SCALE ?= 200000
BENCH_EVENTS ?= 50000000
VENV := build/venv
BENCH_VENV := build/bench/venv

.PHONY: help build demo node browser test test-go test-deep test-notebooks check fix generate screens bench scale clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 18

build: ## build build/leftshift
	@mkdir -p build
	go build -trimpath -o $(BIN) .

demo: build ## a synthetic integrated care system, from source files to risk lists
	rm -rf $(DEMO)
	$(BIN) demo --people $(PEOPLE) --seed $(SEED) --out $(DEMO)

test: test-go test-notebooks ## every test, notebooks included

test-go: build node browser ## the Go tests
	go test -timeout 30m ./...

# The tests of sign-in, style sheet and pages need node and npm: from Debian, where they are missing.
node:
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "installing node and npm"; apt-get update -qq && apt-get install -y -qq nodejs npm >/dev/null; }

test-deep: ## kernel against generated SQL and the slow reference, on 60,000 random definitions (minutes)
	go test -timeout 60m ./features/query ./features/query/duckdb -deep
	go test -timeout 60m ./features/kernel -run Drawn -rapid.checks=3000

screens: build node browser ## the pictures of the README, made by a browser test
	@mkdir -p build/screens docs/screens
	LEFTSHIFT_SCREENS=$(CURDIR)/build/screens go test ./jobs/e2e -run TestADay -count 1
	cp build/screens/list.png build/screens/person.png build/screens/population.png build/screens/workload.png docs/screens/

# A browser for the tests that walk the pages, and what drives it.
browser: node
	@command -v chromium >/dev/null || { echo "installing chromium"; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; }
	@mkdir -p build/browser && cp jobs/e2e/browser/* build/browser/
	@cd build/browser && { cmp -s package-lock.json node_modules/.made-from || { npm ci --silent --no-audit --no-fund --ignore-scripts && cp package-lock.json node_modules/.made-from; }; }

$(VENV)/ready: notebooks/requirements.txt
	rm -rf $(VENV)
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r notebooks/requirements.txt
	touch $@

test-notebooks: build $(VENV)/ready ## run every notebook over a small demo
	$(VENV)/bin/python notebooks/run.py $(BIN)

check: ## format, vet, staticcheck, generated files, tests; changes nothing
	@out=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$out" ]; then echo "not formatted (make fix):"; echo "$$out"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...
	go run ./jobs/docs -check .
	$(MAKE) test

fix: ## format the code and write the generated references anew
	gofmt -w $$(git ls-files '*.go')
	$(MAKE) generate

generate: node ## write the generated references under docs/, and the style sheet
	go run ./jobs/docs .
	bash engine/web/frontend/build.sh build/frontend engine/web/assets

$(BENCH_VENV)/ready: jobs/bench/requirements.txt
	rm -rf $(BENCH_VENV)
	python3 -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check -r jobs/bench/requirements.txt
	touch $@

bench: build $(BENCH_VENV)/ready ## the feature engine beside a scan, SQL and Polars on BENCH_EVENTS events; the other yardsticks
	go build -o build/bench/bench ./jobs/bench
	build/bench/bench -events $(BENCH_EVENTS) -python $(BENCH_VENV)/bin/python
	go test -run '^$$' -bench . -benchtime 3x ./engine/... ./features/... ./models/... | tee build/bench.txt

scale: build ## wall time and peak memory of each step for SCALE people
	rm -rf build/scale
	$(BIN) demo --people $(SCALE) --seed $(SEED) --out build/scale --serve=false

clean: ## remove what was built
	rm -rf build
