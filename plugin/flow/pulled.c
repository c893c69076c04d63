/* From a gateway's listing to the store. */
#include "flow/pulled.h"

#include <stdlib.h>

#include "alert/number.h"
#include "base/now.h"
#include "flow/range.h"
#include "store/balance.h"
#include "store/receipt.h"

/* The gateway has forgotten it by now: a locked store is waited for, whatever time was given. */
#define KEEP_MS 30000

/* A number as the gateway writes it, as munja keeps it; what is none stays as it is said. */
static const char *number_of(const struct listing *listing, size_t row, const char *column,
                             char number[NUMBER_BYTES])
{
    const char *said = listing_cell(listing, row, column);

    return number_read(said, number, NULL) ? number : said;
}

bool pulled_reports(struct store *store, const char *provider, const struct listing *listing,
                    struct error *err)
{
    struct receipt_said *said = calloc(listing->count + 1, sizeof *said);
    char(*numbers)[NUMBER_BYTES] = calloc(listing->count + 1, sizeof *numbers);
    size_t added = 0;
    bool kept = false;

    if (said == NULL || numbers == NULL) {
        error_memory(err);
        goto out;
    }
    for (size_t i = 0; i < listing->count; i++)
        said[i] = (struct receipt_said){ .reference = listing_cell(listing, i, "reference"),
                                         .recipient = number_of(listing, i, "recipient", numbers[i]),
                                         .state = listing_cell(listing, i, "state"),
                                         .code = listing_cell(listing, i, "code"),
                                         .meaning = listing_cell(listing, i, "meaning"),
                                         .time = listing_cell(listing, i, "time") };
    store_until(store, now_steady_ms() + KEEP_MS);
    kept = store_receipts(store, provider, said, listing->count, &added, err);
out:
    free(said);
    free(numbers);
    return kept;
}

bool pulled_replies(struct store *store, const char *provider, const struct listing *listing,
                    struct error *err)
{
    struct reply_said *said = calloc(listing->count + 1, sizeof *said);
    char(*numbers)[NUMBER_BYTES] = calloc(listing->count + 1, sizeof *numbers);
    size_t added = 0;
    bool kept = false;

    if (said == NULL || numbers == NULL) {
        error_memory(err);
        goto out;
    }
    for (size_t i = 0; i < listing->count; i++)
        said[i] = (struct reply_said){ .reference = listing_cell(listing, i, "reference"),
                                       .sender = number_of(listing, i, "sender", numbers[i]),
                                       .recipient = listing_cell(listing, i, "recipient"),
                                       .text = listing_cell(listing, i, "text"),
                                       .time = listing_cell(listing, i, "time") };
    store_until(store, now_steady_ms() + KEEP_MS);
    kept = store_replies(store, provider, said, listing->count, &added, err);
out:
    free(said);
    free(numbers);
    return kept;
}

void pulled_balance(struct store *store, const char *provider, const struct listing *listing)
{
    const char *left = listing->count > 0 ? listing_cell(listing, 0, "left") : "";
    double number;

    if (store != NULL && range_number(left, &number))
        balance_put(store, provider, left, NULL);
}
