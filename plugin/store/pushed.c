/* Receipts and replies of many pushes, in one commit. */
#include "store/pushed.h"

#include "store/record.h"

/* One that was kept is known, whatever became of the message since: the same push has the same answer. */
static bool is_known(struct store *store, const char *provider, const struct pushed_receipt *receipt,
                     bool *known, struct error *err)
{
    const char *reference = receipt->said.reference == NULL ? "" : receipt->said.reference;
    const char *recipient = receipt->said.recipient == NULL ? "" : receipt->said.recipient;
    struct rows *rows = NULL;
    bool read =
        DB_QUERY(
            store->db, &rows, err,
            "SELECT 1 FROM attempt WHERE provider = $1 AND reference = $2 AND reference <> ''"
            " UNION ALL SELECT 1 FROM attempt WHERE record = $4 AND provider = $1"
            " UNION ALL SELECT 1 FROM receipt WHERE provider = $1 AND reference = $2"
            " UNION ALL SELECT 1 FROM attempt a JOIN record r ON r.id = a.record"
            " WHERE a.provider = $1 AND a.ended_ms = 0 AND a.reference = '' AND r.recipient = $3 LIMIT 1",
            DB_TEXT(provider), DB_TEXT(reference), DB_TEXT(recipient), DB_NUMBER(receipt->record))
        && rows_next(rows, known, err);

    rows_end(rows);
    *known = *known && *reference != '\0';
    return read;
}

static bool add(struct store *store, struct pushed *pushed, struct error *err)
{
    bool known = false;

    pushed->known = pushed->replies;
    pushed->added = 0;
    for (size_t i = 0; i < pushed->receipts; i++) {
        struct pushed_receipt *receipt = &pushed->receipt[i];
        size_t before = pushed->added;
        if (!is_known(store, pushed->provider, receipt, &known, err)
            || (known && !receipt_add(store, pushed->provider, &receipt->said, &pushed->added, err)))
            return false;
        receipt->fresh = pushed->added > before;
        pushed->known += known;
    }
    for (size_t i = 0; i < pushed->replies; i++)
        if (!reply_add(store, pushed->provider, &pushed->reply[i], &pushed->added, err))
            return false;
    return true;
}

bool store_pushed(struct store *store, struct pushed *const *list, size_t count, struct error *err)
{
    bool kept = db_begin(store->db, err);

    for (size_t i = 0; kept && i < count; i++)
        kept = add(store, list[i], err);
    kept = kept && db_commit(store->db, err);
    if (!kept)
        db_rollback(store->db);
    return kept;
}
