/* The last known balances; a row for each provider. */
#include "store/balance.h"

#include "base/now.h"
#include "base/utf8.h"
#include "store/record.h"

bool balance_put(struct store *store, const char *provider, const char *left, struct error *err)
{
    bool kept = db_begin(store->db, err)
                && DB_RUN(store->db, err,
                          "INSERT INTO balance (provider, amount, seen_ms) VALUES ($1, $2, $3)"
                          " ON CONFLICT (provider) DO UPDATE SET amount = excluded.amount,"
                          " seen_ms = excluded.seen_ms",
                          DB_TEXT(provider), DB_TEXT(left), DB_NUMBER(now_ms()))
                && db_commit(store->db, err);

    if (!kept)
        db_rollback(store->db);
    return kept;
}

bool balance_get(struct store *store, const char *provider, struct balance *balance, struct error *err)
{
    struct balance made = { 0 };
    struct rows *rows = NULL;
    bool found = false;
    bool read = DB_QUERY(store->db, &rows, err, "SELECT amount, seen_ms FROM balance WHERE provider = $1",
                         DB_TEXT(provider))
                && rows_next(rows, &found, err);

    if (read && found) {
        UTF8_COPY(made.left, rows_text(rows, 0));
        made.seen_ms = rows_number(rows, 1);
    }
    rows_end(rows);
    if (read)
        *balance = made;
    return read;
}
