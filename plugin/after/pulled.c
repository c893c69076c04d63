/* From a gateway's listing to the store. */
#include "after/pulled.h"

#include <stdlib.h>
#include <string.h>

#include "after/range.h"
#include "alert/number.h"
#include "base/now.h"
#include "flow/reference.h"
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

static struct receipt_said report_of(const struct listing *listing, size_t row, char number[NUMBER_BYTES])
{
    const char *done = listing_cell(listing, row, "done");

    return (struct receipt_said){ .reference = listing_cell(listing, row, "reference"),
                                  .recipient = number_of(listing, row, "recipient", number),
                                  .state = listing_cell(listing, row, "state"),
                                  .code = listing_cell(listing, row, "code"),
                                  .meaning = listing_cell(listing, row, "meaning"),
                                  .time = *done != '\0' ? done : listing_cell(listing, row, "time"),
                                  .carrier = listing_cell(listing, row, "carrier") };
}

static struct reply_said reply_of(const struct listing *listing, size_t row, char number[NUMBER_BYTES])
{
    return (struct reply_said){ .reference = listing_cell(listing, row, "reference"),
                                .sender = number_of(listing, row, "sender", number),
                                .recipient = listing_cell(listing, row, "recipient"),
                                .text = listing_cell(listing, row, "text"),
                                .time = listing_cell(listing, row, "time") };
}

/* reference NULL: each row says its own. A row that names no phone may be any of several. */
static bool keep_receipts(struct store *store, const char *provider, const char *reference,
                          const struct listing *listing, struct error *err)
{
    struct receipt_said *said = calloc(listing->count + 1, sizeof *said);
    char(*numbers)[NUMBER_BYTES] = calloc(listing->count + 1, sizeof *numbers);
    size_t added = 0, count = 0;
    bool kept = false;

    if (said == NULL || numbers == NULL) {
        error_memory(err);
        goto out;
    }
    for (size_t i = 0; i < listing->count; i++) {
        struct receipt_said one = report_of(listing, i, numbers[i]);
        if (reference != NULL) {
            one.reference = reference;
            if (*one.state == '\0' || (*one.recipient == '\0' && listing->count > 1))
                continue;
        }
        said[count++] = one;
    }
    kept = store_receipts(store, provider, said, count, &added, err);
out:
    free(said);
    free(numbers);
    return kept;
}

bool pulled_reports(struct store *store, const char *provider, const struct listing *listing,
                    struct error *err)
{
    store_until(store, now_steady_ms() + KEEP_MS);
    return keep_receipts(store, provider, NULL, listing, err);
}

bool pulled_results(struct store *store, const char *provider, const char *reference,
                    const struct listing *listing, struct error *err)
{
    return keep_receipts(store, provider, reference, listing, err);
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
        said[i] = reply_of(listing, i, numbers[i]);
    store_until(store, now_steady_ms() + KEEP_MS);
    kept = store_replies(store, provider, said, listing->count, &added, err);
out:
    free(said);
    free(numbers);
    return kept;
}

bool pulled_push(const char *provider, const char *stem, const struct listing *listing,
                 struct pulled_push *push, struct error *err)
{
    struct pushed *pushed = &push->pushed;
    size_t room = listing->count + 1;

    *push = (struct pulled_push){ .pushed.provider = provider,
                                  .pushed.receipt = calloc(room, sizeof *pushed->receipt),
                                  .pushed.reply = calloc(room, sizeof *pushed->reply),
                                  .numbers = calloc(room, sizeof *push->numbers) };
    if (pushed->receipt == NULL || pushed->reply == NULL || push->numbers == NULL)
        return error_memory(err);
    for (size_t i = 0; i < listing->count; i++)
        if (strcmp(listing_cell(listing, i, "what"), "report") == 0) {
            struct pushed_receipt *receipt = &pushed->receipt[pushed->receipts++];
            receipt->said = report_of(listing, i, push->numbers[i]);
            receipt->record = reference_record(stem, receipt->said.reference);
        } else if (*listing_cell(listing, i, "sender") != '\0') {
            pushed->reply[pushed->replies++] = reply_of(listing, i, push->numbers[i]);
        }
    return true;
}

void pulled_push_clear(struct pulled_push *push)
{
    free(push->pushed.receipt);
    free(push->pushed.reply);
    free(push->numbers);
    *push = (struct pulled_push){ 0 };
}

void pulled_balance(struct store *store, const char *provider, const struct listing *listing)
{
    const char *left = listing->count > 0 ? listing_cell(listing, 0, "left") : "";
    double number;

    if (store != NULL && range_number(left, &number))
        balance_put(store, provider, left, NULL);
}
