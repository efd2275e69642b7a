# Every command that the documents name. They work with any Go from 1.21 on: the toolchain that go.mod asks for is
# fetched by Go itself.
#
#   make run      the Lab in a browser        make        this list

export GOTOOLCHAIN  := go1.27.4
export GOEXPERIMENT := simd
export CGO_ENABLED  := 0
export GOFLAGS      := -buildvcs=false

# Without a home folder Go has no place for what it downloads and compiles.
ifeq ($(strip $(HOME)),)
export GOPATH  ?= $(CURDIR)/.cache/go
export GOCACHE ?= $(CURDIR)/.cache/go-build
endif

ADDR      ?= 127.0.0.1:8080
TESTFLAGS ?=

# Panes are drawn and compared on a software display, so that every machine sees the same pixels.
XVFB := $(shell command -v xvfb-run >/dev/null 2>&1 && command -v xauth >/dev/null 2>&1 && \
	echo "xvfb-run -a -s '-screen 0 1920x1200x24'")

# What the browser runs, and what is tested inside WebAssembly.
JS       := GOOS=js GOARCH=wasm
JS_VET   := ./wasm/... ./viz ./viz/panel ./sim/... ./model/...

# The tests that tell how an arm's numbers are computed: the lock, and the same bits. They run natively, without
# vectors, and as WebAssembly.
BITS    := Lock|SameSeed|ForkedArm|Keeps
BITS_OF := ./sim/train ./sim/session ./viz/slowmotion

# The tests of what shares memory between goroutines, at small sizes. They run under the race detector.
RACED        := AnyNumberOfThreads|ExactlyOnce|WorkersTakeChunks|WorkersEnd|PanicInAChunk|SeveralThreads|SameSeed|DeadArm|PausedSession|FullSpeed|GoesOnToTheSame|FreePort|ClaimedOnce|ManyFiles|Siblings
RACED_LOOPS  := ./model ./model/compute
RACED_ENGINE := ./sim/train ./sim/session ./sim/reproduce ./internal/build ./internal/cli ./internal/durable \
  ./internal/serve

GOFMT   = "$$(go env GOROOT)/bin/gofmt"
SOURCES = $(shell git ls-files -co --exclude-standard '*.go' 2>/dev/null || \
	find . -name '*.go' -not -path './.cache/*')

.DEFAULT_GOAL := help
.PHONY: help run build page slides llama bench figures test fmt fmt-check vet staticcheck lint-page test-go test-scalar
.PHONY: slides-there soak test-device release release-check test-race test-wasm test-page golden still animations clean
.PHONY: kernels gpu-program

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | \
	awk -F'|' '{ printf "make %-12s %s\n", $$1, $$2 }'

run: build ## build the page and serve it on this machine (ADDR=127.0.0.1:8080)
	go run ./internal/build/cmd -plain -o dist
	@bin/sparkling serve --dir dist --addr $(ADDR)

build: ## the native program: bin/sparkling, and the licences of what it is made of
	go build -trimpath -ldflags='-s -w' -o bin/sparkling .
	@go run ./internal/build/cmd -notices bin/notices.txt

page: ## the page, for any static host: dist/
	go run ./internal/build/cmd -o dist

# What slides are made with, in the versions of its lockfile. Nothing else but lint-page needs npm.
DECK := internal/deck
$(DECK)/node_modules/.package-lock.json: $(DECK)/package.json $(DECK)/package-lock.json
	@command -v npm >/dev/null 2>&1 || \
	{ echo "no npm on the path: the slides cannot be built; make run shows the page without them"; exit 1; }
	cd $(DECK) && npm ci --ignore-scripts
	@touch $@

slides: $(DECK)/node_modules/.package-lock.json ## the slides of the lecture, for make run and make page (needs npm)
	go run ./internal/deck/cmd

release: slides ## programs for six kinds of machines, the page with its slides, sums: bin/release/ (needs npm)
	go run ./internal/release/cmd -o bin/release

release-check: release ## build the release twice more, elsewhere, and compare every byte (takes long)
	go run ./internal/release/cmd -o bin/release -check

# The tests of the slides look at those that are built.
slides-there:
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory slides; \
	elif [ -n "$$SPARKLING_STRICT" ]; then echo "no npm on the path: the slides cannot be built"; exit 1; \
	else echo "no npm on the path: the slides are not built, and the tests that look at them are left out"; fi

# llama.cpp, which tests ask what an exported network computes, in the versions of its lockfile; its programs for other
# machines and graphics cards are left out.
LLAMA := internal/llama
$(LLAMA)/node_modules/.package-lock.json: $(LLAMA)/package.json $(LLAMA)/package-lock.json
	cd $(LLAMA) && npm ci --ignore-scripts --omit=optional
	@touch $@

llama: ## llama.cpp for the tests of exported networks (needs npm)
	@if command -v npm >/dev/null 2>&1; then $(MAKE) --no-print-directory $(LLAMA)/node_modules/.package-lock.json; \
	elif [ -n "$$SPARKLING_STRICT" ]; then echo "no npm on the path: llama.cpp cannot be fetched"; exit 1; \
	else echo "no npm on the path: llama.cpp is not fetched, and the tests that ask it are left out"; fi

test: fmt-check vet staticcheck lint-page test-go test-scalar test-race test-wasm test-page ## all that is checked
	@echo "make test: all checks passed"

fmt: ## format every Go file
	@$(GOFMT) -w $(SOURCES)

fmt-check: ## say which Go files are not formatted
	@bad="$$($(GOFMT) -l $(SOURCES))"; \
	if [ -n "$$bad" ]; then echo "not formatted (make fmt does it):"; echo "$$bad"; exit 1; fi

vet: ## go vet, native and for the browser
	go vet ./...
	go vet -tags soak ./internal/soak
	go vet -tags device ./model/learner/cuda/...
	$(JS) go vet $(JS_VET)

staticcheck: ## staticcheck, native and for the browser
	go tool staticcheck ./...
	check="$$(go tool -n staticcheck)" && $(JS) "$$check" $(JS_VET)

# The tools for the page's scripts, in the versions of their lockfile.
LINT   := internal/lint
LINTED := site internal/deck/site internal/bench/inpage/site
$(LINT)/node_modules/.package-lock.json: $(LINT)/package.json $(LINT)/package-lock.json
	cd $(LINT) && npm ci
	@touch $@

lint-page: ## check the types of the page's scripts, and lint them (npm fetches the tools)
	@if command -v npm >/dev/null 2>&1; then \
	  set -ex; $(MAKE) --no-print-directory $(LINT)/node_modules/.package-lock.json; \
	  $(LINT)/node_modules/.bin/tsc -p $(LINT)/tsconfig.json; $(LINT)/node_modules/.bin/tsc -p $(LINT)/workers.json; \
	  $(LINT)/node_modules/.bin/oxlint -c $(LINT)/oxlint.json --deny-warnings $(LINTED); \
	elif [ -n "$$SPARKLING_STRICT" ]; then echo "no npm on the path: the page's scripts cannot be checked"; exit 1; \
	else echo "no npm on the path: the page's scripts are not checked"; fi

test-go: slides-there llama ## the Go tests, with the SIMD kernels
	$(XVFB) go test $(TESTFLAGS) -timeout 60m $$(go list ./... | grep -v /wasm/pagetest)

test-scalar: ## the network, the lock and the same bits without the SIMD experiment
	GOEXPERIMENT= go build -o /dev/null ./...
	GOEXPERIMENT= go test $(TESTFLAGS) -timeout 60m $$(go list ./model/... | grep -v /learner/cuda)
	GOEXPERIMENT= go test $(TESTFLAGS) -timeout 60m -run '$(BITS)' $(BITS_OF)

test-race: ## what shares memory between goroutines, under the race detector, which does not see into assembly
	@if command -v "$$(go env CC)" >/dev/null 2>&1; then \
	  set -ex; export CGO_ENABLED=1; \
	  GOEXPERIMENT= go test -race $(TESTFLAGS) -timeout 60m -run '$(RACED)' $(RACED_LOOPS); \
	  go test -race $(TESTFLAGS) -timeout 60m -run '$(RACED)' $(RACED_ENGINE); \
	elif [ -n "$$SPARKLING_STRICT" ]; then \
		echo "no C compiler on the path: nothing can be tested under the race detector"; exit 1; \
	else echo "no C compiler on the path: the tests under the race detector are left out"; fi

test-wasm: ## the same as WebAssembly, in Node
	@if command -v node >/dev/null 2>&1; then \
	  set -ex; export GOOS=js GOARCH=wasm; run="$$(go env GOROOT)/lib/wasm/go_js_wasm_exec"; \
	  go test $(TESTFLAGS) -timeout 60m -exec="$$run" $$(go list ./model/... | grep -v /learner/cuda); \
	  go test $(TESTFLAGS) -timeout 60m -exec="$$run" -run '$(BITS)' $(BITS_OF); \
	elif [ -n "$$SPARKLING_STRICT" ]; then \
		echo "no node on the path: the kernels cannot be tested as WebAssembly"; exit 1; \
	else echo "no node on the path: the kernels' tests as WebAssembly are left out"; fi

test-device: ## long tests of the GPU's learner, on an emulated driver (needs g++; half an hour)
	go test -tags device $(TESTFLAGS) -count=1 -timeout 120m ./model/learner/cuda/...

soak: ## what takes too long for every change: long runs, killed and gone on with (half an hour on two cores)
	go test -tags soak $(TESTFLAGS) -count=1 -timeout 120m -v ./internal/soak

test-page: slides-there ## drive the real page in a real browser
	go test $(TESTFLAGS) -timeout 60m ./wasm/pagetest/...

kernels: ## compile the GPU's kernels anew, without a GPU: model/learner/cuda/kernels/ptx (needs Debian's apt and dpkg)
	go run ./model/learner/cuda/kernels/nvrtc/cmd

gpu-program: ## the program alone, for a machine with a GPU that is lent for minutes: bin/sparkling-gpu (docs/gpu.md)
	GOOS=linux GOARCH=amd64 go build -trimpath -ldflags='-s -w' -o bin/sparkling-gpu .

golden: ## write the golden pictures anew; look at the difference before you commit it
	$(XVFB) go test ./viz ./viz/desktop ./viz/figure ./internal/report -count=1 -update

still: ## draw site/still.png and the slides' stills anew, as the page shows them (needs a Chromium)
	go run ./wasm/pagetest/still

animations: ## draw site/animation/ anew: runs of the built-in experiments in moving pictures, and their stills
	go test ./viz/animation -count=1 -update

bench: build ## measure speed beside peers and rooflines, and write docs/performance.md anew (leave the machine alone)
	bin/sparkling bench --peers --docs docs

figures: build ## run the default experiment and draw its figures: bin/default/
	bin/sparkling run --out bin/default

clean: ## remove what was built
	rm -rf bin dist
