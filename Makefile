# munja. `make demo` and `make check` install what is missing, build and run; README.md tells the rest.
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib/munja
MANDIR     ?= $(PREFIX)/share/man
DOCDIR     ?= $(PREFIX)/share/doc/munja
UNITDIR    ?= $(PREFIX)/lib/systemd/system
SYSCONFDIR ?= /etc
STATEDIR   ?= /var/lib/munja

VERSION := 0.1.0
CC      ?= cc
CFLAGS  ?= -O2 -g
B       ?= build
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla
# _FORTIFY_SOURCE needs a compiler that optimizes.
HARDEN  := -fstack-protector-strong $(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
HALVES  := $(shell realpath -m --relative-to=$(BINDIR) $(LIBDIR))
DEFINES := -D_GNU_SOURCE -DMUNJA_VERSION='"$(VERSION)"' -DMUNJA_CONFIG='"$(SYSCONFDIR)/munja/munja.conf"' \
           -DMUNJA_STORE='"$(STATEDIR)/munja.db"' -DMUNJA_HALVES='"$(HALVES)"' -DMUNJA_PROGRAM='"$(BINDIR)/munja"'
# make V=1 shows every command.
Q = $(if $(V),,@)
say = $(if $(V),,@echo "  $(1)"  $(patsubst $(B)/%,%,$@))
COMPILE  = $(CC) -std=c11 $(DEFINES) -Iplugin -It -fPIC -ffunction-sections -MMD -MP $(HARDEN) $(WARN) $(WERROR) $(CFLAGS) $(SAN)
LINK     = $(CC) $(CFLAGS) $(SAN) -Wl,--as-needed -Wl,-z,relro
HALF     = $(LINK) -shared -Wl,-z,now

# Who links what. The executable holds the accepting half and shows its functions to the others; munja_deliver.so
# composes rare characters, routes, fits and speaks to gateways; munja_worker.so, upon it, is the service;
# munja_http.so alone needs libcurl and libcrypto, munja_image.so libgd.
DOOR    := plugin/munja.c plugin/nfc.c plugin/nomath.c
ACCEPT  := $(filter-out plugin/alert/nfc.c,$(wildcard $(addsuffix /*.c,$(addprefix plugin/,base alert settings store)))) \
           $(addprefix plugin/flow/,accept.c answer.c at.c exitcode.c halves.c handover.c notify.c others.c picture.c) \
           $(addprefix plugin/command/,fail.c notify.c options.c) $(addprefix plugin/image/,look.c read.c)
HTTP    := $(addprefix plugin/http/,transport.c exchange.c fleet.c digest.c)
IMAGE   := plugin/image/convert.c
WORKER  := $(wildcard plugin/worker/*.c plugin/listen/*.c) plugin/command/worker.c \
           $(addprefix plugin/after/,await.c pull.c pace.c undelivered.c)
NEB     := $(wildcard plugin/neb/*.c) plugin/flow/deposit.c
DELIVER := $(filter-out $(ACCEPT) $(HTTP) $(IMAGE) $(WORKER) $(NEB),$(wildcard plugin/*/*.c))
# The broker module has of the accepting half what it takes to accept.
NEB_DOOR := plugin/munja_neb.c $(filter plugin/base/% plugin/alert/% plugin/settings/% plugin/store/%,$(ACCEPT)) \
            plugin/alert/nfc.c $(addprefix plugin/flow/,accept.c exitcode.c handover.c)
ACCEPT_LIBS  := -lsqlite3 -lconfuse -ldl
# Each command starts the executable anew, and binding shared libraries takes longer than what they are asked then.
# make SQLITE=-lsqlite3 CONFUSE=-lconfuse, for packages, links the shared ones all the same.
archive = $(or $(wildcard $(shell $(CC) -print-file-name=lib$(1).a)),-l$(1))
SQLITE  ?= $(call archive,sqlite3)
CONFUSE ?= $(call archive,confuse)
DELIVER_LIBS := -ljson-c -lunistring -lconfuse
WORKER_LIBS  := -lsystemd -lmicrohttpd
HTTP_LIBS    := -lcurl -lcrypto
IMAGE_LIBS   := -lgd
NEB_LIBS     := -lsqlite3 -lconfuse -lunistring -ldl
objects = $(patsubst %.c,$(B)/o/%.o,$(1))

OBJECTS := munja_deliver munja_worker munja_http munja_image munja_zabbix munja_neb
MUNJA := $(B)/bin/munja $(patsubst %,$(B)/lib/munja/%.so,$(OBJECTS))

.PHONY: all check asan bench bench-deps fuzz fuzz-deps fuzz-library lint lint-deps format demo install uninstall clean deps deps-servers sim always
all: $(MUNJA)

# What the build and the tests need of Debian, installed only when something is missing.
PACKAGES := gcc make pkg-config libcurl4-openssl-dev libjson-c-dev libssl-dev libconfuse-dev libsqlite3-dev \
            libunistring-dev libsystemd-dev libgd-dev libmicrohttpd-dev libgnutls28-dev libcmocka-dev openssl perl curl \
            ca-certificates sqlite3
deps:
	@t/deps $(PACKAGES)

# The real servers of some journeys, which are skipped without them. php-cgi keeps a web server away that nobody needs;
# valgrind looks into one journey.
SERVERS := nagios4-core icinga2-bin zabbix-server-pgsql zabbix-agent zabbix-agent2 zabbix-frontend-php php-cgi php-cli \
           php-pgsql postgresql valgrind
deps-servers:
	@t/deps $(SERVERS)

# What everything was made with: paths and flags are part of the objects. Where they differ now, all is made anew.
MADE_WITH = $(CC) $(DEFINES) $(HARDEN) $(CFLAGS) $(SAN)
quoted = '$(subst ','\'',$(1))'
$(B)/made: always
	@mkdir -p $(@D); now=$(call quoted,$(MADE_WITH)); \
	    [ "$$now" = "$$(cat $@ 2>/dev/null)" ] || printf '%s\n' "$$now" >$@

$(B)/o/%.o: %.c Makefile $(B)/made | deps
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -c -o $@ $<

# In as few pieces as there can be: each is mapped and read at every start.
$(B)/bin/munja: $(call objects,$(DOOR) $(ACCEPT))
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(LINK) -rdynamic -pie -Wl,-z,noseparate-code -o $@ $^ $(SQLITE) $(CONFUSE) -ldl \
	    -Wl,--exclude-libs,libsqlite3.a:libconfuse.a -lm

# The same with the shared SQLite, so that a test can tell munja's own allocations from SQLite's.
$(B)/t/shared/bin/munja: $(call objects,$(DOOR) $(ACCEPT)) | $(MUNJA)
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(LINK) -rdynamic -pie -o $@ $^ $(ACCEPT_LIBS)
	$(Q)ln -sfn ../../lib $(B)/t/shared/lib

$(B)/lib/munja/munja_deliver.so: $(call objects,$(DELIVER)) plugin/deliver.map
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(HALF) -Wl,-soname,munja_deliver.so -Wl,--version-script=plugin/deliver.map -o $@ $(filter %.o,$^) $(DELIVER_LIBS)

$(B)/lib/munja/munja_worker.so: $(call objects,$(WORKER)) plugin/worker.map $(B)/lib/munja/munja_deliver.so
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(HALF) -Wl,--version-script=plugin/worker.map -Wl,-rpath,'$$ORIGIN' -o $@ $(filter %.o,$^) \
	    $(B)/lib/munja/munja_deliver.so $(WORKER_LIBS)

$(B)/lib/munja/munja_http.so: $(call objects,$(HTTP)) plugin/http.map
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(HALF) -Wl,--version-script=plugin/http.map -o $@ $(filter %.o,$^) $(HTTP_LIBS)

$(B)/lib/munja/munja_image.so: $(call objects,$(IMAGE)) plugin/image.map
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(HALF) -Wl,--version-script=plugin/image.map -o $@ $(filter %.o,$^) $(IMAGE_LIBS)

# Zabbix' own process loads it: it takes the few things it needs, shows nothing else, and nothing of it stays undefined,
# or the daemon's functions of the same name would be called. It stays loaded, since SQLite knows of it.
$(B)/lib/munja/munja_zabbix.so: $(call objects,plugin/munja_zabbix.c) $(B)/libmunja.a plugin/zabbix.map
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(HALF) -Wl,--gc-sections -Wl,-z,nodelete $(if $(SAN),,-Wl,-z,defs) -Wl,--version-script=plugin/zabbix.map \
	    -o $@ $(filter %.o %.a,$^) $(ACCEPT_LIBS)

$(B)/lib/munja/munja_neb.so: $(call objects,$(NEB) $(NEB_DOOR)) plugin/neb.map
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(HALF) -Wl,--version-script=plugin/neb.map -o $@ $(filter %.o,$^) $(NEB_LIBS)

# Unit tests and fuzz targets link everything but the door itself, whose nfc.c only stands in for theirs.
$(B)/libmunja.a: $(call objects,$(ACCEPT) $(DELIVER) $(WORKER) $(HTTP) $(IMAGE) $(NEB))
	@rm -f $@
	$(call say,AR)
	$(Q)ar rcs $@ $^

UNIT := $(patsubst t/unit/%.c,$(B)/t/unit/%,$(wildcard t/unit/*.c))
$(B)/t/unit/%: t/unit/%.c $(B)/libmunja.a
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -o $@ $< $(B)/libmunja.a -Wl,--as-needed $(ACCEPT_LIBS) $(DELIVER_LIBS) $(WORKER_LIBS) $(HTTP_LIBS) $(IMAGE_LIBS) -lcmocka

# The unit tests once more with each allocation of munja's own code failing in its turn: t/memory/memory.c. munja's
# objects get other names for what allocates; memory.so does the same to munja itself.
MEMORY := $(patsubst t/unit/%.c,$(B)/t/memory/%,$(wildcard t/unit/*.c))
$(B)/libmunja-memory.a: $(B)/libmunja.a
	$(call say,AR)
	$(Q)objcopy $(foreach f,malloc calloc realloc strdup strndup realpath,--redefine-sym $(f)=memory_$(f)) $< $@
$(MEMORY): $(B)/t/memory/%: $(B)/o/t/unit/%.o $(B)/o/t/memory/memory.o $(B)/libmunja-memory.a
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(LINK) -o $@ $^ $(ACCEPT_LIBS) $(DELIVER_LIBS) $(WORKER_LIBS) $(HTTP_LIBS) $(IMAGE_LIBS) -lcmocka

$(B)/t/memory.so: t/memory/preload.c $(B)/made | deps
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(COMPILE) -shared -o $@ $<

# The gateway simulator: a test's tool, never part of the product.
SIM := $(B)/t/gatewaysim
sim: $(SIM)
$(SIM): $(call objects,$(wildcard t/sim/*.c))
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(LINK) -o $@ $^ -lmicrohttpd -ljson-c -lcrypto -lpthread

# Fills a store for those who want to see a worker at work.
FILL := $(B)/t/fill
$(FILL): t/bench/fill.c $(B)/libmunja.a
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -o $@ $< $(B)/libmunja.a -Wl,--as-needed $(ACCEPT_LIBS) $(DELIVER_LIBS)
# Cores for the broker module, two from one file.
CORES := $(addprefix $(B)/t/host/,nagios naemon)
$(B)/t/host/naemon: CORE := -DNAEMON
$(CORES): t/host/core.c $(B)/made | deps
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) $(CORE) -rdynamic -o $@ $< -lsqlite3 -ldl
# Kills a munja behind a system call of a test's choice.
KILLER := $(B)/t/killer
$(KILLER): t/kill/killer.c $(B)/made | deps
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=c11 $(DEFINES) -MMD -MP $(WARN) $(WERROR) $(CFLAGS) -o $@ $<

# Daemons that load modules, as strict as the real ones.
HOSTS := $(patsubst t/host/%.c,$(B)/t/host/%,$(filter-out t/host/core.c,$(wildcard t/host/*.c)))
$(HOSTS): $(B)/t/host/%: t/host/%.c $(B)/made | deps
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -o $@ $< -ldl

# J runs that many test files at once.
J ?= 2
PROVE = MUNJA_BUILD=$(abspath $(B)) CMOCKA_MESSAGE_OUTPUT=TAP prove -j$(J) --timer
check: all $(UNIT) $(MEMORY) $(B)/t/memory.so $(B)/t/shared/bin/munja $(SIM) $(FILL) $(KILLER) $(HOSTS) $(CORES)
	$(PROVE) --exec '' $(sort $(UNIT)) $(sort $(MEMORY))
	$(PROVE) -r t/journey t/case t/style

# Without the failing allocations, which take long here; and what fibers hold is out of a leak checker's sight when an
# assertion leaves them asleep. One of them by itself: make build/asan/t/memory/store_lease with the flags below.
asan:
	$(MAKE) check B=build/asan MEMORY= SAN='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' \
	    CFLAGS='-O1 -g' HARDEN=

demo: all sim
	@MUNJA_BUILD=$(abspath $(B)) t/demo

# CPU and wall time of munja, the curl command, bare libcurl programs and wrk, side by side in one run.
BENCH := $(addprefix $(B)/t/,bare spend loop)
$(BENCH): $(B)/t/%: t/bench/%.c | deps
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(COMPILE) -o $@ $< -Wl,--as-needed -lcurl
# Looks at a Nagios from within.
WATCH := $(B)/t/watch.so
$(WATCH): t/bench/watch.c $(B)/made | deps
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(COMPILE) -shared -o $@ $<
bench: all sim $(BENCH) $(FILL) $(WATCH) $(CORES) bench-deps
	@MUNJA_BUILD=$(abspath $(B)) perl t/bench/run
	@MUNJA_BUILD=$(abspath $(B)) perl t/bench/worker
	@MUNJA_BUILD=$(abspath $(B)) perl t/bench/neb
bench-deps:
	@t/deps wrk nagios4-core

# Each parser of foreign bytes, FUZZ_SECONDS long, from its corpus.
FUZZ_SECONDS ?= 60
FUZZ := $(patsubst t/fuzz/%.c,$(B)/fuzz/%,$(wildcard t/fuzz/*.c))
FUZZ_SAN = address,undefined -fno-sanitize-recover=all
fuzz-library: fuzz-deps
	@$(MAKE) --no-print-directory $(B)/fuzz/libmunja.a B=$(B)/fuzz CC=clang CFLAGS='-O1 -g' HARDEN= \
	    SAN='-fsanitize=fuzzer-no-link,$(FUZZ_SAN)'
$(FUZZ): $(B)/fuzz/%: t/fuzz/%.c fuzz-library
	$(call say,LD)
	$(Q)clang -std=c11 $(DEFINES) -Iplugin -It -O1 -g -fsanitize=fuzzer,$(FUZZ_SAN) -o $@ $< $(B)/fuzz/libmunja.a \
	    $(ACCEPT_LIBS) $(DELIVER_LIBS) $(WORKER_LIBS) $(HTTP_LIBS) $(IMAGE_LIBS)
fuzz: $(FUZZ)
	@for f in $(FUZZ); do n=$$(basename $$f); mkdir -p $(B)/corpus/$$n; echo "== $$n"; \
	    $$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=0 \
	        -artifact_prefix=$(B)/fuzz/ $(B)/corpus/$$n $$(ls -d t/fuzz/corpus/$$n 2>/dev/null) || exit 1; done
fuzz-deps:
	@t/deps clang libclang-rt-14-dev

lint: lint-deps
	@clang-format --dry-run -Werror $(wildcard plugin/*.c plugin/*/*.[ch] t/*/*.[ch])
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
	    --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches -Iplugin plugin
	shellcheck t/deps .ci/run
	mandoc -Tlint -W warning contrib/man/*
	$(MAKE) all sim build/clang/t/killer B=build/clang CC=clang WERROR=-Werror
lint-deps:
	@t/deps clang clang-format cppcheck shellcheck mandoc

format:
	@clang-format -i $(wildcard plugin/*.c plugin/*/*.[ch] t/*/*.[ch])

# A live munja.conf is never overwritten. The store's folder belongs to the group munja where there is one. Units name the
# places of this install, and are not enabled.
D = $(DESTDIR)
UNITS := munja-worker.service munja-once.service munja-once.timer
install: all
	install -d $(D)$(BINDIR) $(D)$(LIBDIR) $(D)$(MANDIR)/man1 $(D)$(MANDIR)/man5 $(D)$(MANDIR)/man8 $(D)$(DOCDIR) $(D)$(SYSCONFDIR)/munja \
	    $(D)$(UNITDIR)
	install -m 755 $(B)/bin/munja $(D)$(BINDIR)/munja.new && mv -f $(D)$(BINDIR)/munja.new $(D)$(BINDIR)/munja
	for o in $(OBJECTS); do install -m 644 $(B)/lib/munja/$$o.so $(D)$(LIBDIR)/$$o.so.new \
	    && mv -f $(D)$(LIBDIR)/$$o.so.new $(D)$(LIBDIR)/$$o.so || exit 1; done
	install -m 644 contrib/man/munja.1 $(D)$(MANDIR)/man1/
	install -m 644 contrib/man/munja.conf.5 $(D)$(MANDIR)/man5/
	install -m 644 contrib/man/munja-neb.8 $(D)$(MANDIR)/man8/
	install -m 644 README.md NEWS.md LICENSE conf/munja.conf $(D)$(DOCDIR)/
	cp -R contrib/nagios contrib/icinga2 contrib/zabbix contrib/checkmk contrib/systemd contrib/nginx contrib/apache $(D)$(DOCDIR)/
	for u in $(UNITS); do sed -e 's|/usr/local/bin/|$(BINDIR)/|' -e 's|/etc/munja/|$(SYSCONFDIR)/munja/|' \
	    -e 's|=/var/lib/munja$$|=$(STATEDIR)|' contrib/systemd/$$u >$(D)$(UNITDIR)/$$u || exit 1; done
	[ -e $(D)$(SYSCONFDIR)/munja/munja.conf ] || install -m 640 conf/munja.conf $(D)$(SYSCONFDIR)/munja/munja.conf
	install -d -m 2770 $(D)$(STATEDIR)
	@if [ -z "$(D)" ] && [ "$$(id -u)" = 0 ]; then \
	    getent group munja >/dev/null || groupadd --system munja; \
	    getent passwd munja >/dev/null || \
	        useradd --system --gid munja --home-dir $(STATEDIR) --no-create-home --shell /usr/sbin/nologin munja; \
	    chgrp munja $(STATEDIR) $(SYSCONFDIR)/munja $(SYSCONFDIR)/munja/munja.conf; chmod 2770 $(STATEDIR); \
	    echo "add the monitor's user to the group munja, as in: usermod -aG munja nagios"; fi

# What install brought. Configuration and store are the operator's.
uninstall:
	rm -f $(D)$(BINDIR)/munja $(D)$(MANDIR)/man1/munja.1 $(D)$(MANDIR)/man5/munja.conf.5 \
	    $(D)$(MANDIR)/man8/munja-neb.8 $(addprefix $(D)$(UNITDIR)/,$(UNITS))
	rm -rf $(D)$(LIBDIR) $(D)$(DOCDIR)

clean:
	rm -rf $(B)

-include $(shell find $(B)/o $(B)/t -name '*.d' 2>/dev/null)
