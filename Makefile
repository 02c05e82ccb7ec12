# What a developer does here. `make help` lists it.
#
# Tests and benchmarks need PostgreSQL: deploy/postgres starts a private one for each run and throws it away, unless
# DATABASE_URL names a server (its superuser's login: tests create a database each).

SHELL := /bin/bash
.DEFAULT_GOAL := help
POSTGRES := deploy/postgres
KAFKA_SCRIPT := deploy/kafka

.PHONY: help run test torture fuzz fmt lint tidy bench schemas check prepare

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
	  || sed -nE 's/^([a-z]+):.*## (.*)/\1  \2/p' $(MAKEFILE_LIST)

prepare: ## installs what is missing (PostgreSQL, C and C++ compilers, make) and says why
	@deploy/prepare

run: prepare ## builds and starts the whole platform on a private PostgreSQL, with sample data; KAFKA=1 publishes too; Ctrl-C stops it
	cargo build --release --locked -p guanxi-server
ifdef KAFKA
	@$(KAFKA_SCRIPT) install
	@trap '$(KAFKA_SCRIPT) stop .guanxi/kafka' EXIT; trap : INT TERM; \
	  GUANXI_KAFKA__BROKERS="$$($(KAFKA_SCRIPT) start .guanxi/kafka)" GUANXI_KAFKA__REPLICATION=1 target/release/guanxi dev
else
	@exec target/release/guanxi dev
endif

test: prepare ## all tests, against a private PostgreSQL
	$(POSTGRES) with $(KAFKA_SCRIPT) with cargo test --workspace --locked

torture: prepare ## load under kills, cuts, full disks, wrong clocks (KILLS=1000 is the long form), then the long forms of all tests
	cargo build --release --locked -p guanxi-server -p guanxi-torture
	target/release/guanxi-torture --kills $(or $(KILLS),40)
	GUANXI_TORTURE=1 PROPTEST_CASES=20000 $(POSTGRES) with $(KAFKA_SCRIPT) with cargo test --workspace --locked --release -- --include-ignored

FUZZED := notice body wecom rules event command

fuzz: prepare ## garbage for what strangers send, by libFuzzer; SPAN=60 seconds a target (needs a nightly toolchain and cargo-fuzz)
	@cargo +nightly fuzz --version >/dev/null 2>&1 || { echo 'Install them: rustup toolchain install nightly && cargo install cargo-fuzz' >&2; exit 3; }
	cd tests/fuzz && CARGO_TARGET_DIR=../../target/fuzz cargo +nightly fuzz build --fuzz-dir . -s none
	@set -e; for target in $(FUZZED); do \
	  mkdir -p target/fuzz/found/$$target; \
	  target/fuzz/$$(rustc -vV | sed -n 's/host: //p')/release/$$target target/fuzz/found/$$target tests/fuzz/corpus/$$target \
	    -max_total_time=$(or $(SPAN),60) -max_len=8192 -artifact_prefix=target/fuzz/ -print_final_stats=1; done

fmt: ## formats the source
	cargo fmt --all

lint: ## formatting and clippy, warnings denied
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

tidy: ## walls between crates, file sizes, forbidden names and words, rules that no test shows
	cargo run -q --locked -p guanxi-xtask -- tidy

schemas: ## writes what is generated: schemas/, docs/events.md, docs/errors/
	cargo run -q --locked -p guanxi-xtask -- schemas

check: lint tidy ## everything that CI looks at besides the tests; fails on stale generated files
	cargo run -q --locked -p guanxi-xtask -- schemas --check

bench: prepare ## commands/s and latencies beside plain cqrs-es + postgres-es, printed and written as JSON; QUICK=1 takes minutes
	cargo build --release --locked -p guanxi-server -p guanxi-bench
	$(POSTGRES) with --durable $(KAFKA_SCRIPT) with target/release/guanxi-bench $(if $(QUICK),--quick)
