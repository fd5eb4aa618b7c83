# The tools that a target needs are installed by it, outside the tree.
GOLANGCI_VERSION := v2.15.0
GONB_VERSION     := v0.10.11
TOOLS            := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/qnn-tools
PYTHON           := $(TOOLS)/venv/bin/python
GOLANGCI         := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)
GONB             := $(TOOLS)/gonb-$(GONB_VERSION)
FUZZTIME         := 30s
MUTATIONS        := 200000
SEED             := 1
TRIALS           := 100000

.PHONY: all fmt vet lint test noasm race cancel qiskit fuzz mutate bench bench-peers bench-transpile bench-defaults gen notebook check-notebooks python print-python ci

all: vet test

fmt:
	gofmt -w $$(git ls-files '*.go')

vet:
	go vet ./...
	GOARCH=arm64 go vet ./...

lint: $(GOLANGCI)
	test -z "$$(gofmt -l $$(git ls-files '*.go'))"
	$(GOLANGCI) run ./...

$(GOLANGCI):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(TOOLS)/golangci-lint $@

test:
	go test ./...

# noasm and race run besides test: they leave out (-short) what is slow and what another
# build cannot change. noasm takes one thread, and the packages whose numbers the kernels make;
# of the command line, race runs what it does in several goroutines.
noasm:
	go vet -tags noasm ./...
	go test -short -cpu 1 -tags noasm ./qsim/... ./qnn/...

race:
	go test -race -short $$(go list ./... | grep -v cmd/internal/cli)
	go test -race -short -run 'Interrupt|Await|Claim|OneRun|Quiet|Progress|Prediction|Threads|Chosen' ./cmd/internal/cli

# cancel lets many calls of the simulator fail, each at another point, and compares the call
# that follows with a fresh program's. A trial takes 5 to 10 ms.
cancel:
	go test -count=1 -timeout 2h ./qsim -run TestFailedCallsLeaveNothing -args -trials $(TRIALS)

# qiskit runs the tests that need the real Qiskit and Amazon Braket, which they skip
# without them.
qiskit: $(PYTHON)
	QNN_PYTHON=$(PYTHON) QNN_REQUIRE_QISKIT=1 go test -count=1 ./circuits/... ./cmd/...

# fuzz runs every fuzz target for FUZZTIME.
fuzz:
	@set -e; for pkg in $$(go list ./...); do \
	  for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg; \
	  done; \
	done

# mutate tries MUTATIONS changes of files of every kind on the commands that read them.
mutate:
	go test -count=1 -timeout 0 -v -run '^TestMutations$$' ./cmd/internal/cli -args -mutations $(MUTATIONS) -mutation-seed $(SEED)

bench:
	go test -run '^$$' -bench . ./qsim/... ./cmd/internal/bench

# bench-peers runs other simulators beside this one, for hours, and writes
# docs/benchmarks/README.md. PEERS are options, such as --workload hea --qubits 16.
bench-peers:
	docs/benchmarks/peers.py $(PEERS)

# bench-transpile transpiles beside Qiskit and pytket, for about two hours, and writes
# docs/benchmarks/transpile.md.
bench-transpile:
	python3 -m venv $(TOOLS)/transpile
	$(TOOLS)/transpile/bin/pip install --quiet --requirement docs/benchmarks/transpile-requirements.txt
	go build -o $(TOOLS)/qnn ./cmd/qnn
	$(TOOLS)/transpile/bin/python docs/benchmarks/transpile_mqt.py --qnn $(TOOLS)/qnn --out docs/benchmarks/transpile.md
	$(TOOLS)/transpile/bin/python docs/benchmarks/transpile.py --qnn $(TOOLS)/qnn --out docs/benchmarks/transpile.md

# bench-defaults trains on tables of installed packages, for some minutes, and writes
# docs/benchmarks/defaults.md.
bench-defaults:
	python3 -m venv $(TOOLS)/defaults
	$(TOOLS)/defaults/bin/pip install --quiet --requirement docs/benchmarks/defaults-requirements.txt
	$(TOOLS)/defaults/bin/pip install --quiet --no-deps ISLP==0.6.0
	go build -o $(TOOLS)/qnn ./cmd/qnn
	$(TOOLS)/defaults/bin/python docs/benchmarks/defaults.py --qnn $(TOOLS)/qnn --out docs/benchmarks/defaults.md

# gen writes the generated files anew: assembly, and figures recorded from other
# libraries.
gen: $(PYTHON)
	go generate ./qsim/internal/kernel
	.ci/notices > cmd/internal/cli/notices.txt
	$(TOOLS)/venv/bin/pip install --quiet --requirement .ci/requirements-gen.txt
	for f in $$(git grep -l 'with_suffix(".json")\|HERE / ' -- '*/testdata/*.py'); do echo "$$f"; $(PYTHON) "$$f" || exit 1; done

# notebook runs the notebooks from top to bottom and keeps their outputs;
# check-notebooks runs copies and compares.
notebook: $(PYTHON) $(GONB)
	.ci/notebooks --keep $(TOOLS)

check-notebooks: $(PYTHON) $(GONB)
	.ci/notebooks $(TOOLS)

$(GONB):
	.ci/install-gonb $(TOOLS) $(GONB_VERSION)

python: $(PYTHON)

print-python:
	@echo $(PYTHON)

$(PYTHON): .ci/requirements.txt
	python3 -m venv $(TOOLS)/venv
	$(TOOLS)/venv/bin/pip install --quiet --requirement $<
	touch $@

ci:
	.ci/run
