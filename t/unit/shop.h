#ifndef MUNJA_T_UNIT_SHOP_H
#define MUNJA_T_UNIT_SHOP_H

/* For tests of what the worker has in hand: a store with many records, a configuration of two API PLEX
   providers, and gateways that answer when the test says so. Hosts that begin with s go to "slow", all others
   to "quick"; both take ten texts in a request and one request at a time. */

#include "unit/storage.h"

#include "base/buf.h"
#include "http/wire.h"
#include "worker/shift.h"

enum { SLOW, QUICK };

#define SHOP_BATCH 10

/* A request that is under way. */
struct parcel {
    const struct request *request;
    struct reply *reply;
    fleet_over *over;
    void *context;
    char host[16]; /* of its gateway */
    size_t texts;
};

struct shop {
    struct workshop with;
    struct wire wire;
    struct ledger ledger;
    struct shift *shift;
    char conf[96];
};

static struct parcel shop_parcel[64];
static size_t shop_parcels, shop_most, shop_sent;

static inline bool shop_send(struct fleet *fleet, const struct carrier_settings *settings,
                             const struct request *request, int64_t until_ms, struct reply *reply,
                             fleet_over *over, void *context, struct error *err)
{
    struct parcel *parcel = &shop_parcel[shop_parcels];

    (void)fleet, (void)until_ms, (void)err;
    assert_true(shop_parcels < CASES(shop_parcel));
    *reply = (struct reply){ .carried = CARRIED_NOT, .retry_after_s = -1 };
    *parcel = (struct parcel){ .request = request, .reply = reply, .over = over, .context = context };
    snprintf(parcel->host, sizeof parcel->host, "%.5s", strstr(settings->url, "//") + 2);
    for (const char *at = buf_text(&request->body); (at = strstr(at, "\"msg_key\"")) != NULL; at++)
        parcel->texts++;
    shop_parcels++;
    shop_sent += parcel->texts;
    if (shop_parcels > shop_most)
        shop_most = shop_parcels;
    return true;
}

/* "Accepted" for each key that the request names. */
static inline char *shop_praise(const struct request *request)
{
    struct buf said = { 0 };

    assert_true(buf_str(&said, "{\"results\":["));
    for (const char *at = buf_text(&request->body); (at = strstr(at, "\"msg_key\":\"")) != NULL;) {
        at += strlen("\"msg_key\":\"");
        assert_true(buf_format(&said, "%s{\"msg_key\":\"%.*s\",\"code\":\"C100\"}",
                               said.data[said.len - 1] == '[' ? "" : ",", (int)strcspn(at, "\""), at));
    }
    assert_true(buf_str(&said, "]}"));
    return buf_take(&said);
}

/* The gateway of that name takes all that it was asked; how many texts that were. */
static inline size_t shop_answer(struct shop *shop, const char *name)
{
    size_t texts = 0, kept = 0;
    struct parcel answered[CASES(shop_parcel)];
    size_t count = 0;

    for (size_t i = 0; i < shop_parcels; i++)
        if (strncmp(shop_parcel[i].host, name, strlen(name)) == 0)
            answered[count++] = shop_parcel[i];
        else
            shop_parcel[kept++] = shop_parcel[i];
    shop_parcels = kept;
    for (size_t i = 0; i < count; i++) {
        struct error none = { 0 };
        texts += answered[i].texts;
        answered[i].reply->carried = CARRIED_WHOLE;
        answered[i].reply->status = 200;
        answered[i].reply->body = shop_praise(answered[i].request);
        answered[i].reply->bytes = strlen(answered[i].reply->body);
        answered[i].over(answered[i].context, true, &none);
    }
    fibers_run(shop->with.fibers);
    return texts;
}

static inline void shop_open(struct shop *shop)
{
    struct settings settings = { 0 };
    struct error err = { 0 };
    FILE *file;

    *shop = (struct shop){ .wire = { .fleet_send = shop_send } };
    shop_parcels = shop_most = shop_sent = 0;
    snprintf(shop->conf, sizeof shop->conf, "%s/munja.conf", place_dir);
    file = fopen(shop->conf, "w");
    assert_non_null(file);
    fprintf(file, "store = \"%s\"\n", place_file);
    for (int i = SLOW; i <= QUICK; i++)
        fprintf(file,
                "provider \"%s\" { api = \"apiplex\"  url = \"https://%s.test\"  user = \"u\"  secret = "
                "\"secret\"\n"
                "  from = \"0212345678\"  width = 1 }\n",
                i == SLOW ? "slow" : "quick", i == SLOW ? "slow" : "quick");
    fprintf(file, "route \"slow\" { host = {\"s*\"}  providers = {\"slow\"} }\n"
                  "route \"quick\" { providers = {\"quick\"} }\n");
    fclose(file);
    chmod(shop->conf, 0600);
    shop->with = (struct workshop){ .store = open_store(), .wire = &shop->wire, .ledger = &shop->ledger };
    shop->with.fibers = fibers_open(&err);
    shop->ledger = (struct ledger){ .store = shop->with.store, .fibers = shop->with.fibers };
    if (shop->with.fibers == NULL || !settings_load(shop->conf, &settings, &err)
        || !shift_open(&settings, &shop->with, &shop->shift, &err))
        fail_msg("%s", err.text);
}

static inline void shop_ignore(void *context, const struct told *told)
{
    (void)context, (void)told;
}

/* One turn of the worker, but for the intake: how long until the next record is due comes back. */
static inline int64_t shop_turn(struct shop *shop)
{
    int64_t due_ms = INT64_MAX;

    fibers_run(shop->with.fibers);
    shift_dispatch(shop->shift);
    ledger_commit(&shop->ledger);
    fibers_run(shop->with.fibers);
    shift_tell(shop->shift, true, shop_ignore, NULL, &due_ms);
    return due_ms;
}

static inline void shop_close(struct shop *shop)
{
    shift_end(shop->shift);
    for (int i = 0; i < 200 && !shift_is_over(shop->shift); i++) {
        shop_answer(shop, "");
        shop_turn(shop);
    }
    assert_true(shift_is_over(shop->shift));
    assert_int_equal(fibers_count(shop->with.fibers), 0);
    shift_close(shop->shift);
    fibers_close(shop->with.fibers);
    store_close(shop->with.store);
}

/* Alerts that wait, in this order, as an outage leaves them: nobody has them, all are due. */
static inline void shop_fill(struct shop *shop, char host, const char *state, size_t count)
{
    static int number;
    struct record *records = calloc(count, sizeof *records);
    struct store *other = open_store(); /* what the worker has a lease of, it has in hand */
    struct error err = { 0 };
    char text[32];
    bool filled;

    (void)shop;
    assert_non_null(records);
    for (size_t i = 0; i < count; i++, number++) {
        struct record *record = &records[i];
        snprintf(record->recipient, sizeof record->recipient, "010%08d", number);
        snprintf(record->identity.key, sizeof record->identity.key, "%c%d", host, number);
        record->identity.lasting = true;
        snprintf(text, sizeof text, "%c%d", host, number);
        assert_true(alert_set(&record->alert, "type", "PROBLEM", NULL)
                    && alert_set(&record->alert, "host", text, NULL)
                    && alert_set(&record->alert, "output", text, NULL)
                    && alert_set(&record->alert, "state", state, NULL));
    }
    filled = store_accept(other, records, count, HOUR, 0, &err);
    store_close(other);
    for (size_t i = 0; i < count; i++)
        record_clear(&records[i]);
    free(records);
    if (!filled)
        fail_msg("%s", err.text);
}

static inline size_t shop_waits(struct shop *shop, int provider)
{
    size_t waiting[2];

    shift_count(shop->shift, waiting);
    return waiting[provider];
}

#endif
