# The two commands of the README, and what developers run. Everything lands in build/ and runs/.
#
#   make quickstart   install what is missing, build, train configs/quickstart.yaml, report
#   make test         install what is missing, build, run all tests; lists what this processor can't run
#   make browser-test install what is missing, build, open the report page in Chromium
#   make slurm-test   install a Slurm, run sweeps on virtual nodes and kill what can be killed
#   make bench        time training steps and a whole grid side by side with PyTorch and Optuna, and the
#                     coordinator; writes build/bench/page.md. bench-steps, bench-grid, bench-coordinator: one of them
#   make study-clipart  install drawings, train configs/clipart.yaml on them, report
#   make study-emoji  fetch two vendors' emoji, train configs/emoji.yaml on one, test on the other
#   make chaos        kill and resume RUNS real runs (200), choices drawn from SEED (1)

PRESET ?= release
BUILD  := build/$(PRESET)
# Warnings are errors in CI (WERROR=ON); on other compilers new warnings must not stop users.
WERROR ?= OFF
RUN    ?= runs/quickstart
RUNS   ?= 200
SEED   ?= 1

.PHONY: quickstart study-clipart study-emoji test browser-test slurm-test chaos build packages configure format check-format asan tsan coverage tidy fuzz bench bench-packages bench-steps bench-grid bench-coordinator bench-pictures bench-page install clean

quickstart: configure
	@cmake --build $(BUILD) --target firesweep firesweep-worker
	@$(BUILD)/bin/firesweep run configs/quickstart.yaml --out $(RUN)

# 36 networks on colour drawings.
study-clipart: configure
	@tools/install_packages.sh study
	@cmake --build $(BUILD) --target firesweep firesweep-worker
	@tools/clipart_folder.py build/clipart
	@$(BUILD)/bin/firesweep run configs/clipart.yaml --out runs/clipart

# 12 networks on one vendor's emoji, tested on another's.
study-emoji: configure
	@tools/install_packages.sh web
	@cmake --build $(BUILD) --target firesweep firesweep-worker
	@mkdir -p build/emoji-packages && cp tools/emoji/package*.json tools/emoji/.npmrc build/emoji-packages
	@cd build/emoji-packages && npm ci --silent --prefer-offline
	@tools/emoji_folder.py build/emoji-packages/node_modules build/emoji
	@$(BUILD)/bin/firesweep run configs/emoji.yaml --out runs/emoji

test: build
	@cd $(BUILD) && ctest --output-on-failure -j2; status=$$?; \
	  grep '^skipped' Testing/Temporary/LastTest.log; exit $$status

# In the build tree, so that the source tree stays as it is.
browser-test: configure
	@tools/install_packages.sh browser
	@cmake --build $(BUILD) --target firesweep
	@mkdir -p $(BUILD)/browser && cp tests/browser/*.mjs tests/browser/package*.json tests/browser/.npmrc $(BUILD)/browser
	@cd $(BUILD)/browser && npm ci --silent --prefer-offline
	@cd $(BUILD)/browser && FIRESWEEP=$(CURDIR)/$(BUILD)/bin/firesweep node --test

# A real Slurm of virtual nodes in a private directory.
slurm-test: configure
	@tools/install_packages.sh slurm
	@cmake --build $(BUILD) --target firesweep firesweep-worker
	@tests/slurm/slurm_test.py --firesweep $(BUILD)/bin/firesweep -v

chaos: configure
	@cmake --build $(BUILD) --target chaos
	@$(BUILD)/tests/chaos_runs --runs $(RUNS) --seed $(SEED) --keep

build: configure
	@cmake --build $(BUILD)

packages:
	@tools/install_packages.sh build web

configure: packages
	@cmake --preset $(PRESET) -DFIRESWEEP_WERROR=$(WERROR) --log-level=WARNING

# By name, not from git: this also works in an unpacked archive.
format check-format: SOURCES = $(shell find base bench cli models reports runners sweep tests -name '*.h' -o -name '*.cpp')
format:
	@tools/install_packages.sh check
	@clang-format -i $(SOURCES)
check-format:
	@tools/install_packages.sh check
	@clang-format --dry-run --Werror $(SOURCES)

# Address and undefined-behaviour sanitizers over everything that needs no LibTorch; with clang, which
# compiles it in half the time.
asan: packages
	@tools/install_packages.sh check
	@cmake --preset asan --log-level=WARNING
	@cmake --build --preset asan
	@cd build/asan && ctest --output-on-failure -j2

# The thread sanitizer over the rooms that use threads. Not the engine: its threads are OpenMP's, and the
# sanitizer reports false races where the OpenMP runtime itself is not compiled with it. Debian's is not.
tsan: packages
	@tools/install_packages.sh check
	@cmake --preset tsan --log-level=WARNING
	@cmake --build --preset tsan
	@cd build/tsan && ctest --output-on-failure -j2 -R '^(base|data|statistics|reports|cluster|run)$$'

# A table of the lines of each room that the tests run.
coverage: packages
	@cmake --preset coverage --log-level=WARNING
	@cmake --build --preset coverage
	@find build/coverage -name '*.gcda' -delete
	@cd build/coverage && ctest --output-on-failure -j2
	@tools/coverage.py build/coverage

# clang-tidy, without compiling. In the groups of a unity build: a header is read once per group.
tidy: packages
	@tools/install_packages.sh check
	@cmake --preset tidy --log-level=WARNING
	@run-clang-tidy -quiet -j2 -p build/tidy

# Every reader of untrusted bytes, SECONDS each, two at a time.
SECONDS ?= 60
fuzz: packages
	@tools/install_packages.sh fuzz
	@cmake --preset fuzz --log-level=WARNING
	@cmake --build --preset fuzz --target fuzz_programs
	@tests/fuzz/run.sh build/fuzz $(SECONDS)

# The machine should be idle. ROUNDS=1 for a first look; JSON files land in build/bench.
ROUNDS ?=
BENCH_ROUNDS = $(if $(ROUNDS),--rounds $(ROUNDS))
bench:
	@$(MAKE) bench-steps
	@$(MAKE) bench-grid
	@$(MAKE) bench-coordinator
	@$(MAKE) bench-page

# Tables of what was measured here. The project's own page is made from bench/results.
bench-page:
	@bench/page.py build/bench/*.json --out build/bench/page.md && echo "wrote build/bench/page.md"

bench-coordinator: configure
	@cmake --build $(BUILD) --target coordinator
	@mkdir -p build/bench
	@bench/record.py coordinator build/bench/coordinator.json $(BUILD)/bench/coordinator --json

bench-packages:
	@tools/install_packages.sh bench
	@mkdir -p build/bench

bench-steps: configure bench-packages
	@cmake --build $(BUILD) --target train_throughput firesweep
	@bench/compare_steps.py --program $(BUILD)/bench/train_throughput $(BENCH_ROUNDS) --json build/bench/steps28.json
	@bench/compare_steps.py --program $(BUILD)/bench/train_throughput $(BENCH_ROUNDS) --json build/bench/steps224.json \
	  --preset v1.0 --channels 3 --size 224 --classes 1000 --batch-size 16

# Decoding and resizing of JPEGs, with OpenCV and Pillow.
bench-pictures: configure bench-packages
	@cmake --build $(BUILD) --target decode_pictures
	@bench/compare_pictures.py --program $(BUILD)/bench/decode_pictures $(BENCH_ROUNDS)

bench-grid: configure bench-packages
	@cmake --build $(BUILD) --target firesweep firesweep-worker
	@bench/compare_grid.py --program $(BUILD)/bin/firesweep $(BENCH_ROUNDS) --json build/bench/grid.json

install: build
	@cmake --install $(BUILD)

clean:
	@rm -rf build
