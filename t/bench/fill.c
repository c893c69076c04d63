/* Put that many alerts into a store at once, each for a phone of its own and none of them sent yet: what a
   worker finds after an outage. Hosts are h0, h1, … from FIRST on, and so are the phones: PREFIX and the
   number in as many digits as WIDTH says. The output of each ends in that number.

       fill STORE FIRST COUNT PREFIX WIDTH */
#include <stdio.h>
#include <stdlib.h>

#include "base/now.h"
#include "flow/accept.h"

/* A lease of no length: this process sends nothing. */
enum { LEASE_MS = 0, WAIT_MS = 60000 };

static bool make_alert(struct alert *alert, long number, struct error *err)
{
    char host[32], output[96], id[32];

    snprintf(host, sizeof host, "h%ld", number);
    snprintf(output, sizeof output, "DISK CRITICAL - /var 97%% used, number %ld", number);
    snprintf(id, sizeof id, "fill-%ld", number);
    return alert_set(alert, "source", "args", err) && alert_set(alert, "type", "PROBLEM", err)
           && alert_set(alert, "host", host, err) && alert_set(alert, "service", "disk", err)
           && alert_set(alert, "state", "CRITICAL", err) && alert_set(alert, "output", output, err)
           && alert_set(alert, "id", id, err) && alert_set(alert, "number", "1", err)
           && alert_check(alert, err);
}

static bool make_record(struct record *record, long number, const char *prefix, int width, struct error *err)
{
    char phone[64];

    snprintf(phone, sizeof phone, "%s%0*ld", prefix, width, number);
    if (!number_read(phone, record->recipient, err) || !make_alert(&record->alert, number, err))
        return false;
    record->created_ms = record->due_ms = now_ms();
    identity_of(&record->alert, record->recipient, "", &record->identity);
    return true;
}

int main(int argc, char **argv)
{
    struct error err = { 0 };
    struct store *store = NULL;
    struct record *records;
    long first, count;

    if (argc != 6 || (count = atol(argv[3])) < 1)
        return 2;
    first = atol(argv[2]);
    records = calloc((size_t)count, sizeof *records);
    if (records == NULL)
        return 1;
    for (long i = 0; i < count; i++)
        if (!make_record(&records[i], first + i, argv[4], atoi(argv[5]), &err))
            goto failed;
    if (!store_open(argv[1], now_steady_ms() + WAIT_MS, &store, &err)
        || !store_accept(store, records, (size_t)count, 0, LEASE_MS, &err))
        goto failed;
    store_close(store);
    for (long i = 0; i < count; i++)
        record_clear(&records[i]);
    free(records);
    return 0;
failed:
    fprintf(stderr, "fill: %s\n", err.text);
    return 1;
}
