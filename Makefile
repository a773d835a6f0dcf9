# The targets people and CI use; `make help` lists them.
SHELL       := /bin/bash
GO          ?= go
FUZZTIME    ?= 60s
BENCHCOUNT  ?= 6
BENCHBLOCKS ?= 6
PEERS       := harness/bench
SEQUENTIAL  := ./results/... ./plots/... ./report/...
# What make compare runs, the lanes the bars of each transport are about, and all that others have built.
REFERENCE   := ws-gorilla,ws-gorilla-pool,ws-gobwas-epoll,sse-gin,sse-hijack,sse-epoll,@floor,@external
LINT_VERSION := $(shell cat .golangci-version)
LINT        := .tools/golangci-lint-$(LINT_VERSION)
COMMIT      := $(shell git rev-parse --short=12 HEAD 2>/dev/null)$(shell test -z "$$(git status --porcelain 2>/dev/null)" || echo -dirty)
LDFLAGS     := -s -w -X github.com/pushbench/pushbench/harness/node/machine.Commit=$(COMMIT)

.DEFAULT_GOAL := help
.PHONY: help compare quick smoke build peers test test-all check lint fmt generate fuzz bench report calibration reference clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

compare: build ## the main job: WebSocket, SSE and the floor side by side; CSV, charts and report in five minutes
	bin/pushbench compare

quick: build ## the same in under a minute, with fewer connections
	bin/pushbench compare quick

smoke: build ## ten connections, a few seconds: does everything run?
	bin/pushbench compare smoke

build: ## build bin/pushbench, one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/pushbench .

peers: ## what the ready lanes run: bin/peers, and as root Debian packages (nginx with Nchan, Pushpin, Node.js)
	@GO='$(GO)' harness/peers/install $(CURDIR)/bin/peers

test: ## all tests, with the race detector where anything runs beside; real sockets and processes
	@GO='$(GO)' harness/peers/install $(CURDIR)/bin/peers gcc=gcc libc6-dev=/usr/include/stdio.h haproxy=haproxy caddy=caddy apache2=apache2 varnish=varnishd \
		nghttp2-proxy=nghttpx redis-server=redis-server rabbitmq-server=/usr/lib/rabbitmq/bin/rabbitmq-server chromium=chromium
	@command -v gcc >/dev/null || { echo "make test needs gcc, which the race detector links with: apt-get install gcc libc6-dev" >&2; exit 1; }
	$(GO) test $(SEQUENTIAL)
	$(GO) test -race -timeout 40m $$($(GO) list ./... | grep -vxF "$$($(GO) list $(SEQUENTIAL))")
	cd $(PEERS) && $(GO) test -race -timeout 40m ./...

test-all: test ## make test, every clause of the contract on every lane, of which test has one of each transport, the CI gate twenty times under noise, and links by their bars
	$(GO) test -race -timeout 40m ./harness/cli -run TestContract -full
	$(GO) test -timeout 40m -v ./harness/cli -run TestGateUnderNoise -full
	$(GO) test -v ./harness/node/link -full

check: ## everything that needs no run: format, vet, lint, import arrows, go.mod
	@test -z "$$(gofmt -l .)" || { echo "not formatted (make fmt):"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	cd $(PEERS) && $(GO) vet ./... && $(GO) mod tidy -diff
	@$(MAKE) --no-print-directory lint

lint: $(LINT) ## golangci-lint alone
	$(LINT) run --allow-parallel-runners ./...
	cd $(PEERS) && $(CURDIR)/$(LINT) run --allow-parallel-runners ./...

fmt: $(LINT) ## format all Go files
	$(LINT) fmt ./...

generate: ## compile harness/node/trace/programs.c again, which only a change of it needs: clang and libbpf's headers
	@command -v clang >/dev/null && command -v llvm-strip >/dev/null && test -e /usr/include/bpf/bpf_helpers.h || { echo "make generate needs clang, llvm-strip and libbpf's headers: apt-get install clang llvm libbpf-dev" >&2; exit 1; }
	$(GO) generate ./harness/node/trace

$(LINT): .golangci-version
	@mkdir -p .tools
	GOBIN=$(CURDIR)/.tools $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv .tools/golangci-lint $@

fuzz: ## every fuzz target for FUZZTIME
	@set -e; grep -rHo --include=*_test.go '^func Fuzz[A-Za-z0-9]*' . | sed 's/:func / /' | while read file name; do \
		echo "== $$name ($$(dirname $$file))"; \
		$(GO) test -run xxx -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $$(dirname $$file); done

bench: ## our load engines against what people would write, and Go benchmarks of hub and decoders: results/bench; BENCHONLY='websocket-client/*' measures some cases, into bin/bench-only
	@mkdir -p bin
	set -o pipefail; $(if $(BENCHONLY),true,$(GO) test -run xxx -bench . -benchmem -cpu 1 -count $(BENCHCOUNT) ./servers/hub ./clients/... | tee bin/micro.txt)
	cd $(PEERS) && CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(CURDIR)/bin/bench .
	bin/bench run --blocks $(BENCHBLOCKS) $(if $(BENCHONLY),--only '$(BENCHONLY)' --out bin/bench-only,--micro bin/micro.txt)

report: build ## draw the newest run again
	bin/pushbench report latest

clean: ## remove what was built; runs and results stay
	rm -rf bin .tools

calibration: build ## measure lanes whose differences are known, in half an hour: results/calibration
	rm -rf bin/calibration && mkdir -p results/calibration
	bin/pushbench calibrate --full --out bin/calibration; status=$$?; \
	for run in bin/calibration/calibrate*/; do \
		name=$$(basename $$run | sed 's/-[0-9]*-[0-9]*$$//'); cp $$run/calibration.csv results/calibration/$$name.csv; done; \
	exit $$status

reference: calibration build peers ## measure anew what results/reference, results/calibration and plots/gallery hold: 45 minutes
	bin/pushbench compare --lanes $(REFERENCE)
	rm -rf results/reference plots/gallery
	cp -r results/runs/latest/ results/reference
	cp -r results/reference/charts plots/gallery
