# munja. `make demo` and `make check` install what is missing, build and run; README.md tells the rest.
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib/munja
MANDIR     ?= $(PREFIX)/share/man
DOCDIR     ?= $(PREFIX)/share/doc/munja
SYSCONFDIR ?= /etc
STATEDIR   ?= /var/lib/munja

VERSION := 0.1.0
CC      ?= cc
CFLAGS  ?= -O2 -g
B       ?= build
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla
HARDEN  := -fstack-protector-strong
DEFINES := -D_GNU_SOURCE -DMUNJA_VERSION='"$(VERSION)"' -DMUNJA_CONFIG='"$(SYSCONFDIR)/munja/munja.conf"' \
           -DMUNJA_STORE='"$(STATEDIR)/munja.db"'
COMPILE  = $(CC) -std=c11 $(DEFINES) -Iplugin -It -fPIC -MMD -MP $(HARDEN) $(WARN) $(WERROR) $(CFLAGS) $(SAN)
LINK     = $(CC) $(CFLAGS) $(SAN) -Wl,--as-needed -Wl,-z,relro

# Who links what. The executable holds the accepting half and shows its functions to the other two; munja_deliver.so
# routes, fits and speaks to gateways; munja_http.so alone needs libcurl and libcrypto.
ACCEPT  := plugin/munja.c $(wildcard plugin/base/*.c plugin/alert/*.c plugin/settings/*.c plugin/store/*.c) \
           $(addprefix plugin/flow/,accept.c answer.c exitcode.c halves.c) \
           $(addprefix plugin/command/,notify.c options.c)
HTTP    := plugin/http/transport.c plugin/http/digest.c
DELIVER := $(filter-out $(ACCEPT) $(HTTP),$(wildcard plugin/*/*.c))
ACCEPT_LIBS  := -lsqlite3 -lconfuse -lunistring -ldl
DELIVER_LIBS := -ljson-c -lunistring -lconfuse
HTTP_LIBS    := -lcurl -lcrypto
objects = $(patsubst %.c,$(B)/o/%.o,$(1))

MUNJA := $(B)/bin/munja $(B)/lib/munja/munja_deliver.so $(B)/lib/munja/munja_http.so

.PHONY: all check unit journeys asan bench fuzz lint format demo install clean deps sim
all: $(MUNJA)

# What the build and the tests need of Debian, installed only when something is missing.
PACKAGES := gcc make pkg-config libcurl4-openssl-dev libjson-c-dev libssl-dev libconfuse-dev libsqlite3-dev \
            libunistring-dev libmicrohttpd-dev libgnutls28-dev libcmocka-dev openssl perl curl ca-certificates
deps:
	@t/deps $(PACKAGES)

$(B)/o/%.o: %.c Makefile | deps
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

$(B)/bin/munja: $(call objects,$(ACCEPT))
	@mkdir -p $(@D)
	$(LINK) -rdynamic -pie -o $@ $^ $(ACCEPT_LIBS)

$(B)/lib/munja/munja_deliver.so: $(call objects,$(DELIVER)) plugin/deliver.map
	@mkdir -p $(@D)
	$(LINK) -shared -Wl,--version-script=plugin/deliver.map -o $@ $(filter %.o,$^) $(DELIVER_LIBS)

$(B)/lib/munja/munja_http.so: $(call objects,$(HTTP)) plugin/http.map
	@mkdir -p $(@D)
	$(LINK) -shared -Wl,--version-script=plugin/http.map -o $@ $(filter %.o,$^) $(HTTP_LIBS)

# Unit tests and fuzz targets link everything but the door itself.
$(B)/libmunja.a: $(call objects,$(filter-out plugin/munja.c,$(ACCEPT)) $(DELIVER) $(HTTP))
	rm -f $@
	ar rcs $@ $^

UNIT := $(patsubst t/unit/%.c,$(B)/t/unit/%,$(wildcard t/unit/*.c))
$(B)/t/unit/%: t/unit/%.c $(B)/libmunja.a
	@mkdir -p $(@D)
	$(COMPILE) -o $@ $< $(B)/libmunja.a -Wl,--as-needed $(ACCEPT_LIBS) $(DELIVER_LIBS) $(HTTP_LIBS) -lcmocka

# The gateway simulator: a test's tool, never part of the product.
SIM := $(B)/t/gatewaysim
sim: $(SIM)
$(SIM): $(call objects,$(wildcard t/sim/*.c))
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ -lmicrohttpd -ljson-c -lcrypto -lpthread

# J runs that many test files at once.
J ?= 2
PROVE = MUNJA_BUILD=$(abspath $(B)) CMOCKA_MESSAGE_OUTPUT=TAP prove -j$(J) --timer
check: all $(UNIT) $(SIM)
	$(PROVE) --exec '' $(sort $(UNIT))
	$(PROVE) -r t/journey t/case t/style

asan:
	$(MAKE) check B=build/asan SAN='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer' \
	    CFLAGS='-O1 -g' HARDEN=

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
