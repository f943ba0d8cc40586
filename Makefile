# virtwatch. `make demo` shows what it is for, `make check` runs every test.

CARGO  ?= cargo
PYTHON ?= python3
PYTHONS ?= $(PYTHON)
CC     ?= cc

TARGET := $(or $(CARGO_TARGET_DIR),target)
VENV   := $(TARGET)/venv
WHEELS := $(TARGET)/wheels
DEMO   := $(TARGET)/demo

.PHONY: all demo check check-rust check-loom check-python check-package check-install bench lint header abi clean \
	need-rust need-cc need-python need-tools

all: need-rust
	$(CARGO) build --release
	@ln -sf libvirtwatch.so $(TARGET)/release/libvirtwatch.so.0

# --- The main job, on the embedded driver -------------------------------------------------------

demo: need-rust need-cc need-python all $(DEMO)/inventory python
	@printf '\n=== C: a record callback keeps a list of domains from events alone ===\n\n'
	@$(DEMO)/inventory
	@printf '\n=== Python: a watch keeps a list of domains from events alone ===\n\n'
	@$(VENV)/bin/python examples/python/inventory.py
	@printf '\n=== Shell: what the test driver has, and what it can emit ===\n\n'
	@$(TARGET)/release/virtwatch -c test:///default list --all
	@$(TARGET)/release/virtwatch -c test:///default support

$(DEMO)/inventory: examples/c/inventory.c examples/c/fold.h include/virtwatch/virtwatch.h all
	@mkdir -p $(DEMO)
	$(CC) -std=c11 -Wall -Wextra -Iinclude -o $@ $< \
		-L$(TARGET)/release -lvirtwatch -Wl,-rpath,$(abspath $(TARGET))/release -pthread

# --- Tests --------------------------------------------------------------------------------------

check: need-tools check-rust check-loom check-python check-install
	@printf '\nAll tests of all faces passed.\n'

check-rust: need-rust need-cc
	$(CARGO) test
	$(CARGO) test --features tiny --lib --test registry

# The concurrent core under every interleaving of its threads.
check-loom: need-rust
	RUSTFLAGS='--cfg loom' CARGO_TARGET_DIR=$(TARGET)/loom \
		$(CARGO) test --release --no-default-features --lib model

# An installation, and programs that are built outside of this directory with what is in it.
check-install: need-rust need-cc
	$(CARGO) test --test install -- --ignored

# In every CPython that PYTHONS names.
check-python: need-rust $(VENV)/ready
	rm -rf $(WHEELS)
	cd bindings/python && VIRTUAL_ENV=$(abspath $(VENV)) \
		$(abspath $(VENV))/bin/maturin build --quiet --out $(abspath $(WHEELS))
	bindings/python/check $(abspath $(TARGET))/python $(abspath $(WHEELS))/*.whl $(PYTHONS)

# What pip makes of the sources, in the tree and as a package of them, in fresh environments.
check-package: need-rust $(VENV)/ready
	rm -rf $(PACKAGE)
	$(PYTHON) -m venv $(PACKAGE)/tree
	$(PACKAGE)/tree/bin/pip install --quiet --disable-pip-version-check ./bindings/python
	cd / && $(abspath $(PACKAGE))/tree/bin/python -c "$(FIRST)"
	cd bindings/python && $(abspath $(VENV))/bin/maturin sdist --out $(abspath $(PACKAGE))
	$(PYTHON) -m venv $(PACKAGE)/source
	CARGO_TARGET_DIR=$(abspath $(TARGET))/sdist $(PACKAGE)/source/bin/pip install --quiet \
		--disable-pip-version-check $(PACKAGE)/virtwatch-*.tar.gz
	cd / && $(abspath $(PACKAGE))/source/bin/python -c "$(FIRST)"

lint: need-rust python
	$(CARGO) fmt --all --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy -p virtwatch-python -- -D warnings
	cd bindings/python && $(abspath $(VENV))/bin/python -m mypy --strict python/virtwatch \
		tests ../../examples/python ../../benches/work.py ../../benches/python.py
	cd bindings/python && $(abspath $(VENV))/bin/python -m mypy.stubtest virtwatch

PACKAGE := $(TARGET)/package
FIRST := import virtwatch; print(virtwatch.connect('test:///default').domains())

# Writes include/virtwatch/virtwatch.h anew, and the headers under libvirt's names made of it.
header: need-rust
	UPDATE=1 $(CARGO) test --test header
	UPDATE=1 $(CARGO) test --test compat

# --- Measuring ----------------------------------------------------------------------------------

# Beside libvirt's test driver: see docs/performance.md. Nothing else should run meanwhile.
bench: need-cc need-python all
	@pkg-config --exists libvirt || { echo 'Missing: libvirt.' \
		'Get it with: apt-get install pkg-config libvirt-dev'; exit 1; }
	$(PYTHON) benches/compare.py $(abspath $(TARGET))/release $(TARGET)/bench

# Beside libvirt-python, in the interpreter that has it. `make python` exchanges the module again.
LIBVIRT_PYTHON ?= /usr/bin/python3

.PHONY: bench-python
bench-python: need-rust $(VENV)/ready
	@$(LIBVIRT_PYTHON) -c 'import libvirt' || { echo 'Missing: the module libvirt.' \
		'Get it with: apt-get install python3-libvirt'; exit 1; }
	cd bindings/python && VIRTUAL_ENV=$(abspath $(VENV)) \
		$(abspath $(VENV))/bin/maturin develop --release --quiet
	PYTHONPATH=bindings/python/python $(LIBVIRT_PYTHON) benches/python.py

# --- Python -------------------------------------------------------------------------------------

.PHONY: python
python: need-rust $(VENV)/ready
	cd bindings/python && VIRTUAL_ENV=$(abspath $(VENV)) \
		$(abspath $(VENV))/bin/maturin develop --quiet

$(VENV)/ready: bindings/python/requirements-dev.txt bindings/python/requirements-test.txt | need-python
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# --- Installation -------------------------------------------------------------------------------

include packaging/install.mk

# --- What is needed, and how to get it ----------------------------------------------------------

need-rust:
	@command -v $(CARGO) >/dev/null || { echo 'Missing: cargo, Rust 1.95 or newer.' \
		'Get it with rustup (https://rustup.rs).'; exit 1; }
	@$(CARGO) --version | awk '{ split($$2, v, "."); exit !(v[1] > 1 || v[2] >= 95) }' || { \
		echo "Too old: $$($(CARGO) --version). Rust 1.95 or newer is needed: rustup update."; exit 1; }

need-cc:
	@command -v $(CC) >/dev/null || { echo 'Missing: a C compiler.' \
		'Get it with: apt-get install gcc libc6-dev'; exit 1; }

need-python:
	@command -v $(PYTHON) >/dev/null || { echo 'Missing: CPython 3.10 or newer.' \
		'Get it with: apt-get install python3 python3-venv'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo 'Too old: CPython 3.10 or newer is needed.'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'Missing: venv.' \
		'Get it with: apt-get install python3-venv'; exit 1; }

# Tests that lack one of these say so and are left out, except in CI.
need-tools:
	@for tool in g++ valgrind abidiff pkg-config cmake virsh virt-install; do \
		command -v $$tool >/dev/null || echo "Not found: $$tool; the tests that need it are left" \
			"out. Get all with: apt-get install g++ valgrind abigail-tools pkg-config cmake libglib2.0-dev libvirt-dev libvirt-clients libvirt-daemon-driver-qemu virtinst osinfo-db python3-libvirt"; \
	done
	@/usr/bin/python3 -c 'import libvirt' 2>/dev/null || echo "Not found: python3-libvirt; the tests that" \
		"need it are left out."
	@for package in libvirt glib-2.0; do \
		pkg-config --exists $$package 2>/dev/null || echo "Not found: $$package, for pkg-config;" \
			"the tests that need it are left out."; \
	done

clean:
	$(CARGO) clean
