#ifndef MUNJA_FLOW_DELIVER_H
#define MUNJA_FLOW_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "flow/answer.h"
#include "http/wire.h"
#include "settings/settings.h"
#include "store/store.h"

/* A lease outlives the run that holds it by this much; then another process may take the record. */
#define DELIVERY_LEASE_SLACK_MS 5000

struct plan;

/* Records to be delivered by this process, which holds their leases. */
struct delivery {
    const struct plan *plan;
    const struct wire *wire;
    struct store *store; /* NULL: send without records, because the store cannot be written */
    struct record **record;
    struct told *told; /* one for each record, filled by deliver_run */
    size_t count;
    int64_t until_ms;        /* now_steady_ms: gateways have that long */
    int64_t settle_until_ms; /* and the store, for the last ends, that long */
};

/* Route, render, fit, send, judge and settle every record, with failover to the next provider of its route.
   Never fails: what could not be sent is settled for a later try, and told says so. */
void deliver_run(struct delivery *delivery);

/* Take a handful of what was due at due_by_ms from the store and deliver it, with plan, wire, store and
   until_ms of with. *taken says how many, 0 when there was none; *told grows by one for each, and the caller
   frees it. */
bool deliver_due(const struct delivery *with, int64_t due_by_ms, struct told **told, size_t *count,
                 size_t *taken, struct error *err);

/* What munja_deliver.so offers to the executable. */
struct deliver_half {
    bool (*plan_new)(const struct settings *settings, struct plan **plan, struct error *err);
    void (*plan_free)(struct plan *plan);
    /* Whether --provider and --kind name something that exists. */
    bool (*check_wish)(const struct plan *plan, const struct wish *wish, struct error *err);
    /* Name in record->provider whom a new record goes to first, so that it can be accepted with that attempt
       begun; "" when there is nobody. */
    void (*name_first)(const struct plan *plan, struct record *record);
    /* What other processes have learned of its providers. */
    void (*learn)(const struct plan *plan, struct store *store, bool alone);
    /* What the configuration has wrong, in one line with file and line number; false when nothing is. */
    bool (*plan_note)(const struct plan *plan, char *note, size_t room);
    void (*run)(struct delivery *delivery);
    bool (*due)(const struct delivery *with, int64_t due_by_ms, struct told **told, size_t *count,
                size_t *taken, struct error *err);
    /* For --dry-run and --json. */
    bool (*show)(const struct plan *plan, const struct record *records, size_t count, bool json,
                 struct error *err);
    bool (*write_json)(const struct answer_line *answer, const char *line, struct error *err);
    /* nfc_text itself. */
    bool (*nfc)(const char *text, size_t bytes, struct buf *out, struct error *err);
};

extern const struct deliver_half munja_deliver;

#endif
