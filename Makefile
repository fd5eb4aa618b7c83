# The tools that a target needs are installed by it, outside the tree.
GOLANGCI_VERSION := v2.15.0
GONB_VERSION     := v0.10.11
TOOLS            := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/qnn-tools
PYTHON           := $(TOOLS)/venv/bin/python
FUZZTIME         := 30s

.PHONY: all fmt lint vet test noasm race fuzz bench gen notebook qiskit ci

all: vet test

fmt:
	gofmt -w $$(git ls-files '*.go')

vet:
	go vet ./...
	GOARCH=arm64 go vet ./...

lint: $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION)
	test -z "$$(gofmt -l $$(git ls-files '*.go'))"
	$< run ./...

$(TOOLS)/golangci-lint-$(GOLANGCI_VERSION):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(TOOLS)/golangci-lint $@

test:
	go test ./...

noasm:
	go test -tags noasm ./...

race:
	go test -race ./...

# fuzz runs every fuzz target for FUZZTIME.
fuzz:
	@for pkg in $$(go list ./...); do \
	  for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done; \
	done

bench:
	go test -run '^$$' -bench . ./qsim/...

# gen writes the generated files anew: recorded figures of other libraries.
gen: $(PYTHON)
	@for f in $$(git ls-files '*/testdata/*.py'); do echo "generators of recorded figures: $$f"; done
	@echo "run each with $(PYTHON); its head says how"

# qiskit runs the tests that need the real Qiskit, which they skip without it.
qiskit: $(PYTHON)
	QNN_PYTHON=$(PYTHON) QNN_REQUIRE_QISKIT=1 go test ./circuits/...

$(PYTHON): .ci/requirements.txt
	python3 -m venv $(TOOLS)/venv
	$(TOOLS)/venv/bin/pip install --quiet --requirement $<
	touch $@

# notebook runs the notebooks from top to bottom and keeps their outputs.
notebook: $(PYTHON) $(TOOLS)/gonb-$(GONB_VERSION)
	.ci/notebooks $(TOOLS)

$(TOOLS)/gonb-$(GONB_VERSION):
	.ci/install-gonb $(TOOLS) $(GONB_VERSION)

ci:
	.ci/run
