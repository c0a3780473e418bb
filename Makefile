# pullmortem. One file, not recursive. `make help` lists the targets; everything generated goes under build/.
comma := ,
empty :=
space := $(empty) $(empty)
SAN ?=
ifeq ($(origin CC),default) # a machine with clang alone has no cc
CC := $(notdir $(firstword $(shell command -v cc || command -v gcc || command -v clang)) cc)
CC := $(firstword $(CC))
endif
BUILD := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
OPT ?= -O2
STD := -std=c11 -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wformat=2 -Wcast-qual -Wpointer-arith -Wwrite-strings \
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition $(if $(WERROR),-Werror) \
  $(if $(findstring clang,$(CC)),-Wno-sign-compare) # clang looks into Judy's macros, which compare a Word_t with -1; gcc keeps the check
LIBS := libpcre2-8 sqlite3 zlib jansson yaml-0.1 libarchive libzstd liblzma liblz4 nettle
PKG_CFLAGS := $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(LIBS) 2>/dev/null) -lJudy -lpthread -lm
# A faster inflate, where it is (libisal-dev); `make ISAL=` builds without it.
ISAL ?= $(shell pkg-config --exists libisal 2>/dev/null && echo libisal)
ifneq ($(ISAL),)
PKG_CFLAGS += -DPM_ISAL $(shell pkg-config --cflags libisal 2>/dev/null)
PKG_LIBS += $(shell pkg-config --libs libisal 2>/dev/null)
endif
# STATIC=1: with as much of the libraries inside as has an archive here; another binary, from the same objects.
ifneq ($(STATIC),)
PKG_LIBS := $(shell CC="$(CC)" sh tests/tools/static.sh $(LIBS) $(ISAL))
endif
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -g -fno-sanitize-recover=undefined -DPM_RECKON)
CFLAGS ?= -g
# What the compiler can do against a mistake that is still in here, on by default; and no folder's name in the binary: two clones give the same bytes.
MACHINE := $(shell $(CC) -dumpmachine 2>/dev/null)
HARDEN := -fstack-protector-strong -fstack-clash-protection -fPIE -ffile-prefix-map=$(CURDIR)=. \
  $(if $(filter x86_64-%,$(MACHINE)),-fcf-protection) $(if $(filter aarch64-%,$(MACHINE)),-mbranch-protection=standard) \
  $(if $(SAN)$(filter -O0,$(OPT)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
LDHARDEN := -pie -Wl,-z,relro,-z,now
ALL_CFLAGS = $(STD) $(OPT) $(WARN) $(HARDEN) $(CFLAGS) $(SANFLAGS) -I. -Iinclude -Ianalyzer -I$(BUILD)/gen $(PKG_CFLAGS) $(CPPFLAGS)
Q := $(if $(V),,@)

PARSER_SRC := $(sort $(filter-out parsers/envelopes/%,$(wildcard parsers/*/*.c)))
ENVELOPE_SRC := $(sort $(wildcard parsers/envelopes/*.c))
RENDER_SRC := $(sort $(wildcard analyzer/report/*.c))
COMMAND_SRC := $(sort $(wildcard analyzer/cli/cmd_*.c))
SRC := $(PARSER_SRC) $(ENVELOPE_SRC) $(sort $(wildcard analyzer/*/*.c analyzer/*/*/*.c))
MAIN_SRC := analyzer/cli/main.c
LIB_SRC := $(filter-out $(MAIN_SRC),$(SRC))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
GEN_OBJ := $(BUILD)/gen/lists.o $(BUILD)/gen/data.o $(BUILD)/gen/events.o
BIN := $(BUILD)/pullmortem$(if $(STATIC),-static)
LIB := $(BUILD)/libpullmortem.a

.DEFAULT_GOAL := all
# By itself on every core; a -j of one's own is one's own.
ifeq ($(MAKELEVEL)$(findstring -j,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
.DELETE_ON_ERROR:

all: $(if $(wildcard $(MAIN_SRC)),$(BIN),$(LIB)) ## build build/pullmortem

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# Registration: the sorted wildcard of files becomes the lists of descriptors, so adding a format is adding a file.
# A file that only helps its neighbours defines no descriptor and is left out by the grep.
$(BUILD)/gen/lists.c: tests/tools/lists.sh $(PARSER_SRC) $(ENVELOPE_SRC) $(RENDER_SRC) $(COMMAND_SRC)
	@mkdir -p $(@D)
	$(Q)sh tests/tools/lists.sh > $@.tmp && { cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@; touch $@; }
RULE_DATA := $(sort $(wildcard rules/*.yaml rules/causes/*.yaml analyzer/timeline/*.sql)) $(sort $(wildcard analyzer/report/assets/* analyzer/share/*))
$(BUILD)/gen/data.c: tests/tools/embed.sh $(RULE_DATA)
	@mkdir -p $(@D)
	$(Q)sh tests/tools/embed.sh $(RULE_DATA) > $@.tmp && mv $@.tmp $@

# The rules' YAML as the events that reading it gives, so that a start need not read it: by the very reader that reads it at a start otherwise.
RECORDED := $(filter rules/%.yaml,$(RULE_DATA))
RECORDER := tests/tools/yaml_record.c analyzer/rules/yaml_events.c analyzer/base/arena.c analyzer/base/unfinished.c
$(BUILD)/gen/yaml_record: $(RECORDER) analyzer/rules/yaml_events.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) -O1 -I. -Iinclude -Ianalyzer -o $@ $(RECORDER) $(shell pkg-config --cflags --libs yaml-0.1 2>/dev/null || echo -lyaml)
$(BUILD)/gen/events.c: $(BUILD)/gen/yaml_record $(RECORDED)
	$(Q)$(BUILD)/gen/yaml_record $(RECORDED) > $@.tmp && mv $@.tmp $@

# Which commit this is: of the repository, or of the file that `make dist` packs. Only version.c is compiled anew for it.
COMMIT := $(shell cat .commit 2>/dev/null || git rev-parse --short=12 HEAD 2>/dev/null)
$(BUILD)/gen/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' > $@
$(BUILD)/obj/analyzer/base/version.o: $(BUILD)/gen/commit
$(BUILD)/obj/analyzer/base/version.o: CPPFLAGS += -DPM_COMMIT='"$(COMMIT)"'
FORCE:

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	@echo "  CC $<"
	$(Q)$(CC) $(ALL_CFLAGS) -Wno-overlength-strings -MMD -MP -c -o $@ $<
$(LIB): $(LIB_OBJ) $(GEN_OBJ)
	$(Q)rm -f $@ && ar rcsD $@ $^
$(BIN): $(BUILD)/obj/$(MAIN_SRC:.c=.o) $(LIB)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
$(BUILD)/unit/%: tests/unit/%.c $(LIB)
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDHARDEN) $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $< $(LIB) $(PKG_LIBS) -lcmocka
unit-bins: $(UNIT_BIN) $(BUILD)/fuzz_round $(if $(LIBFUZZER),$(BUILD)/fuzz)

check: deps-check ## install what tests need, then run all tests
	$(Q)$(MAKE) --no-print-directory all unit-bins
	$(if $(CI),-$(Q)sh tests/tools/deps.sh real)
	$(Q)sh tests/run.sh $(T)
check-real: deps ## provoke failures in real containerd, dockerd, docker-registry and nginx, and hold the verdict against them (root)
	$(Q)sh tests/tools/deps.sh real
	$(Q)$(MAKE) --no-print-directory all
	$(Q)python3 tests/real/check_real.py $(T)

quota-model: all ## hold what is said of quotas against a model, over QUOTA_LOGS (2500) random access logs
	$(Q)PM=$(BIN) python3 tests/suites/quota_model $(QUOTA_LOGS)
QUOTA_LOGS ?= 2500

merge-splits: all ## split every bundle in SEEDS (20; or FROM-TO) drawn ways, merge, and hold the report against that of one run
	$(Q)PM=$(BIN) python3 tests/suites/merge $(SEEDS)
SEEDS ?= 20

deps: ## install what building needs (says what)
	$(Q)sh tests/tools/deps.sh build
deps-check: ## install what building and testing need (says what)
	$(Q)sh tests/tools/deps.sh check

bench: all ## time it beside its rivals (BENCH="MEGABYTES ROUNDS ROW...")
	$(Q)PM=$(BIN) python3 tests/bench/run.py $(BENCH)
bench-count: all ## hold the instructions of hot paths against those kept (ACCEPT=1 keeps the new ones)
	$(Q)PM=$(BIN) CC="$(CC)" python3 tests/bench/count.py
bench-deps: ## install the rivals, and valgrind
	$(Q)sh tests/tools/deps.sh bench

N ?= 1000
calibrate: all ## draw N clusters (N=1000) with noise and without, and tell how far each confidence was right
	$(Q)PM=$(BIN) python3 tests/scenarios/calibrate.py $(N) $(CALIBRATE)

accept: all $(BUILD)/unit/test_parsers ## write what is expected of a format's cases in testdata/parsers (T=FORMAT): read it before you commit it
	$(Q)[ -n "$(T)" ] && ls testdata/parsers/$(T)/*.log >/dev/null 2>&1 || { echo "accept: T=FORMAT, which has cases testdata/parsers/FORMAT/*.log; there is no testdata/parsers/$(T)/*.log" >&2; exit 2; }
	$(Q)ACCEPT=1 ONLY=$(T) $(BUILD)/unit/test_parsers >/dev/null 2>&1; env -u ACCEPT ONLY=$(T) $(BUILD)/unit/test_parsers >/dev/null || exit 1
	$(Q)for f in testdata/parsers/$(T)/*.expect; do echo "$$f"; cat "$$f"; done
lint: ## hold includes, calls between rooms, headers, banned functions, style, test data, formatting (T=NAME: one)
	$(Q)bad=0 n=0; for l in tests/lint/$(T)*.sh; do [ -e $$l ] || continue; n=1; sh $$l || { echo "lint: $$l failed"; bad=1; }; done; \
	  [ $$n = 1 ] || { echo "lint: there is no '$(T)': $$(ls tests/lint/*.sh | sed 's|.*/||; s|\.sh||' | tr '\n' ' ')"; exit 2; }; exit $$bad
tidy: $(BUILD)/gen/lists.c ## clang-tidy and cppcheck over the program, each silence explained in tests/lint
	$(Q)sh tests/tools/tidy.sh
memory: unit-bins all ## unit tests and some inputs under valgrind
	$(Q)BUILD=$(BUILD) sh tests/tools/memory.sh
faults: all ## let every call to the system fail once, in every command (T="one full kill input": some of the ways)
	$(Q)FAULTS=all PM=$(CURDIR)/$(BIN) tests/suites/faults $(T)
slow: all ## search inputs of a megabyte that cost more than two seconds of CPU (half an hour; T="WAY..." some, -e each case by itself)
	$(Q)PM=$(BIN) python3 tests/tools/slow.py $(T)
coverage: ## lines and branches that the tests run, room by room (some minutes)
	$(Q)$(MAKE) --no-print-directory CC=gcc BUILD=build/coverage OPT=-O0 HARDEN= CFLAGS="--coverage -fprofile-update=atomic" all unit-bins
	$(Q)python3 tests/tools/coverage.py build/coverage
audit-deps: ## install what tidy, memory, fuzz and coverage need
	$(Q)sh tests/tools/deps.sh audit
format: ## write the tree's formatting
	$(Q)find include analyzer parsers tests -name '*.[ch]' -print0 | xargs -0 clang-format -i

JOBS := $(shell nproc 2>/dev/null || echo 2)
demo: deps ## install what is missing, build, analyse the embedded sample bundle, show the report
	@[ -x $(BIN) ] || echo "Building $(BIN): a minute or two on $(JOBS) cores"
	$(Q)mkdir -p build/demo
	$(Q)start=$$(date +%s); $(MAKE) --no-print-directory -j$(JOBS) all >build/demo/build.log 2>&1 || { cat build/demo/build.log; exit 1; }; \
	  echo "Built in $$(($$(date +%s) - start)) s: $(BIN)"; echo
	$(Q)./$(BIN) analyze testdata/bundles/demo-hub-quota/input.tar.gz -q --brief -o - -o build/demo/report.html -o build/demo/report.json
	@echo; echo "The whole report: build/demo/report.html (a page), build/demo/report.json (for programs). The program: $(BIN)"

PREFIX ?= /usr/local
SHARE := $(BUILD)/share
KEPT := $(sort $(wildcard analyzer/share/*))
# Man pages and completions are what the binary says of its own commands.
$(SHARE)/made: $(BIN)
	$(Q)rm -rf $(SHARE) && mkdir -p $(SHARE)/man/man1 $(SHARE)/bash-completion/completions $(SHARE)/zsh/site-functions $(SHARE)/fish/vendor_completions.d
	$(Q)./$(BIN) help --man > $(SHARE)/man/man1/pullmortem.1
	$(Q)for c in $$(./$(BIN) help | sed -n '/^Commands:/,/^$$/s/^  \([a-z]*\) .*/\1/p'); do ./$(BIN) help --man $$c > $(SHARE)/man/man1/pullmortem-$$c.1 || exit 1; done
	$(Q)./$(BIN) help --completion bash > $(SHARE)/bash-completion/completions/pullmortem
	$(Q)./$(BIN) help --completion zsh > $(SHARE)/zsh/site-functions/_pullmortem
	$(Q)./$(BIN) help --completion fish > $(SHARE)/fish/vendor_completions.d/pullmortem.fish
	@touch $@
share: $(SHARE)/made ## man pages and completions, into build/share

install: all share ## install the binary, its debug info apart, man pages, completions, schemas, scripts and rules as examples under PREFIX (/usr/local)
	install -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/pullmortem
	$(Q)strip --strip-unneeded $(DESTDIR)$(PREFIX)/bin/pullmortem 2>/dev/null || true
	$(Q)sh tests/tools/debug.sh put $(BIN) $(DESTDIR)$(PREFIX)/lib/debug
	$(Q)for f in $$(cd $(SHARE) && find . -type f ! -name made | LC_ALL=C sort); do install -D -m 644 $(SHARE)/$$f $(DESTDIR)$(PREFIX)/share/$$f || exit 1; done
	$(Q)for f in $(KEPT); do install -D -m $$(case $$f in *.sh) echo 755 ;; *) echo 644 ;; esac) $$f $(DESTDIR)$(PREFIX)/share/pullmortem/$${f##*/} || exit 1; done
	$(Q)install -D -m 644 README.md $(DESTDIR)$(PREFIX)/share/doc/pullmortem/README.md
	$(Q)for f in rules/README.md rules/*.yaml rules/causes/*.yaml; do install -D -m 644 $$f $(DESTDIR)$(PREFIX)/share/doc/pullmortem/examples/$$f || exit 1; done
uninstall: ## remove all of it again
	$(Q)sh tests/tools/debug.sh drop $(DESTDIR)$(PREFIX)/bin/pullmortem $(DESTDIR)$(PREFIX)/lib/debug
	rm -f $(DESTDIR)$(PREFIX)/bin/pullmortem $(DESTDIR)$(PREFIX)/share/man/man1/pullmortem*.1
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/pullmortem $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_pullmortem
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/pullmortem.fish
	rm -rf $(DESTDIR)$(PREFIX)/share/pullmortem $(DESTDIR)$(PREFIX)/share/doc/pullmortem

VERSION := $(shell sed -n 's/^.define PM_VERSION "\(.*\)"/\1/p' include/pm/version.h)
dist: ## pack the source of this commit, the same bytes every time: build/pullmortem-VERSION.tar.gz
	@mkdir -p $(BUILD)
	$(Q)git archive --prefix=pullmortem-$(VERSION)/ --add-virtual-file=pullmortem-$(VERSION)/.commit:$(COMMIT) HEAD | gzip -9n > $(BUILD)/pullmortem-$(VERSION).tar.gz
	@echo $(BUILD)/pullmortem-$(VERSION).tar.gz
deb: ## Debian packages: build/pullmortem_VERSION_ARCH.deb, and its debug info: pullmortem-dbgsym
	$(Q)rm -rf $(BUILD)/deb
	$(Q)$(MAKE) --no-print-directory install DESTDIR=$(BUILD)/deb PREFIX=/usr >/dev/null
	$(Q)sh tests/tools/deb.sh $(BUILD)/deb $(BUILD)/pullmortem_$(VERSION)_$$(dpkg --print-architecture).deb $(VERSION)

# Fuzzing (tests/fuzz). libFuzzer needs clang: the library is built again with sanitizers and coverage, in its own folder. fuzz_round is the
# same targets over their seeds and fixed changes of them, with any compiler: what `make check` runs.
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
FUZZ_SAN := address,undefined,fuzzer-no-link
FUZZ_MAKE := $(MAKE) --no-print-directory CC=clang SAN=$(FUZZ_SAN) OPT=-O1 LIBFUZZER=1
FUZZ_BUILD := build/san-$(subst $(comma),-,$(FUZZ_SAN))
TIME ?= 60
fuzz: ## fuzz T=TARGET for TIME=SECONDS (60); T=parser:crio stays with one of its variants
	$(Q)$(FUZZ_MAKE) $(FUZZ_BUILD)/fuzz
	$(Q)sh tests/fuzz/fuzz.sh $(FUZZ_BUILD)/fuzz "$(T)" $(TIME)
afl: $(BUILD)/fuzz_round ## AFL++ over the whole program with archives for TIME=SECONDS (60); needs Debian's afl++
	$(Q)AFL_USE_ASAN=1 AFL_USE_UBSAN=1 $(MAKE) --no-print-directory CC=afl-clang-fast OPT=-O1 HARDEN= BUILD=build/afl build/afl/pullmortem
	$(Q)FUZZ_ROUND=$(BUILD)/fuzz_round sh tests/fuzz/afl.sh build/afl/pullmortem $(TIME)
fuzz-list: $(BUILD)/fuzz_round ## the targets, how many variants each has, and what they feed
	$(Q)$(BUILD)/fuzz_round --list
$(BUILD)/fuzz_round: $(FUZZ_SRC:%.c=$(BUILD)/obj/%.o) $(LIB)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_CFLAGS) $(LDHARDEN) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)
$(BUILD)/fuzz: $(FUZZ_SRC:%.c=$(BUILD)/obj/%.o) $(LIB)
	@echo "  LD $@"
	$(Q)$(CC) $(ALL_CFLAGS) -DPM_LIBFUZZER -fsanitize=fuzzer $(LDHARDEN) $(LDFLAGS) -o $@ tests/fuzz/main.c $(filter-out %/main.o,$^) $(PKG_LIBS)

clean: ## remove build/
	rm -rf build

-include $(LIB_OBJ:.o=.d) $(FUZZ_SRC:%.c=$(BUILD)/obj/%.d) $(BUILD)/obj/$(MAIN_SRC:.c=.d) $(UNIT_BIN:=.d)
.PHONY: FORCE tidy memory slow faults coverage audit-deps accept share dist deb all help quota-model merge-splits fuzz fuzz-list afl demo check check-real bench bench-count bench-deps calibrate lint format install uninstall deps deps-check clean unit-bins
