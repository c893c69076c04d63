/* What is asked of a provider as a whole, round after round: a restart goes on where the last one was. */
#include "store/round.h"

#include "store/record.h"

bool round_get(struct store *store, const char *provider, const char *what, struct round *round,
               struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool looked = DB_QUERY(store->db, &rows, err,
                           "SELECT since_ms, next_ms FROM rounds WHERE provider = $1 AND what = $2",
                           DB_TEXT(provider), DB_TEXT(what))
                  && rows_next(rows, &found, err);

    if (looked)
        *round = found ? (struct round){ rows_number(rows, 0), rows_number(rows, 1) } : (struct round){ 0 };
    rows_end(rows);
    return looked;
}

bool round_put(struct store *store, const char *provider, const char *what, const struct round *round,
               struct error *err)
{
    return DB_RUN(store->db, err,
                  "INSERT INTO rounds (provider, what, since_ms, next_ms) VALUES ($1, $2, $3, $4)"
                  " ON CONFLICT (provider, what) DO UPDATE SET since_ms = excluded.since_ms,"
                  " next_ms = excluded.next_ms",
                  DB_TEXT(provider), DB_TEXT(what), DB_NUMBER(round->since_ms), DB_NUMBER(round->next_ms));
}
