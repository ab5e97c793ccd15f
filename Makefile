# Every target works on a fresh checkout: what is missing is installed first, at the versions of deps/lock.
.DEFAULT_GOAL := build
BUILD := build
PREFIX ?= /usr/local
JOBS := $(shell nproc)
CMAKE_BUILD = cmake --preset $(1) >/dev/null && cmake --build --preset $(1)

.PHONY: build deps demo bench test test-tsan faults soak interop docs fuzz lint install package package-test bare clean help

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## Install what the build needs
	@deps/install build

build: deps ## Build the release program at build/bullion
	@$(call CMAKE_BUILD,release) --target bullion demo_archive
	@ln -sf release/bullion $(BUILD)/bullion

demo: build ## Load a generated archive, refine it, and show what the lake holds
	@tools/demo $(BUILD)

test: deps ## Build with sanitizers and run the tests
	@$(call CMAKE_BUILD,asan)
	@ctest --preset asan -j $(JOBS)

test-tsan: deps ## Build with ThreadSanitizer and run the tests of threads and processes
	@$(call CMAKE_BUILD,tsan)
	@TSAN_OPTIONS="suppressions='$(CURDIR)/tools/tsan.supp'" ctest --preset tsan -j $(JOBS) -E '^(docs|pipeline)/'

faults: build ## Break what must not break: a sample of kills, store faults, races, full disks; another each day, or SEED=N
	@$(call CMAKE_BUILD,asan) --target bullion
	@tests/faults/faults.py $(BUILD)/bullion --debug-program $(BUILD)/asan/bullion $(if $(SEED),--seed $(SEED))

soak: build ## The same at length, and random archives: HOURS=8 for so long, POINTS=500 for fewer store calls than all
	@$(call CMAKE_BUILD,asan) --target bullion
	@tools/soak $(BUILD)/bullion --debug-program $(BUILD)/asan/bullion $(if $(SEED),--seed $(SEED)) $(if $(HOURS),--hours $(HOURS)) $(if $(POINTS),--points $(POINTS))

interop: build ## Test that Spark, delta-rs and DuckDB read what we write, and we what they write
	@deps/install interop
	@deps/cache/interop-venv/bin/python -m pytest -q -p no:cacheprovider --tb=short --durations=10 tests/interop

docs: build ## Write the reference pages that the program makes
	@$(BUILD)/bullion man --format markdown >docs/CLI.md
	@$(BUILD)/bullion help config >docs/CONFIG.md

fuzz: ## Run each fuzzer for SECONDS (10); FUZZERS="dv rows" runs those
	@deps/install build fuzz
	@$(call CMAKE_BUILD,fuzz)
	@tools/fuzz $(BUILD)/fuzz $(or $(SECONDS),10) $(FUZZERS)

ROWS ?= 24000000
RUNS ?= 3
PEERS ?= duckdb,polars,spark
bench: build ## Measure beside the peers: ROWS=24000000 RUNS=3 PEERS=duckdb,polars,spark
	@deps/install interop bench
	@$(call CMAKE_BUILD,release) --target demo_archive delta_snapshot_bench delta_commit_bench
	@deps/cache/interop-venv/bin/python bench/run.py --rows $(ROWS) --runs $(RUNS) --peers "$(PEERS)"

lint: ## Check layout and static analysis; SINCE=main only of what differs from there
	@deps/install build lint
	@$(call CMAKE_BUILD,asan) && tools/lint $(BUILD)/asan $(SINCE)

install: build ## Install under PREFIX (/usr/local), below DESTDIR
	@tools/install "$(DESTDIR)$(PREFIX)" $(BUILD)

package: build ## Make a Debian package and a tarball in build/package
	@tools/package $(BUILD)/package $(BUILD)

package-test: package ## Try both on a bare Debian, made for it and thrown away: needs root
	@deps/install bare
	@tools/package_test $(BUILD)/package

bare: ## Build, and run the demo, on such a bare Debian, where everything is missing: needs root
	@deps/install bare
	@rm -rf $(BUILD)/bare && git clone -q . $(BUILD)/bare/bullion
	@tools/bare $(BUILD)/bare/bullion -- "apt-get install -qq -y make >/dev/null 2>&1 && make -C bullion $(or $(TARGET),demo)"
	@rm -rf $(BUILD)/bare

clean: ## Remove everything built
	@rm -rf $(BUILD)
