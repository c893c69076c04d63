/* Login tokens, shared by all processes of a store: who needs one takes it from here, and only one logs in
   when there is none. */
#include "store/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"

/* A token that ends while it is on its way would cost a second request. */
#define TOKEN_MARGIN_MS ((int64_t)60 * 1000)

struct row {
    char *token; /* one that can be used; NULL: none */
    bool awaited;
};

static bool row_read(struct store *store, const char *key, const char *refused, struct row *row,
                     struct error *err)
{
    int64_t now = now_ms();
    struct rows *rows = NULL;
    bool found = false, read = false;

    *row = (struct row){ 0 };
    if (!DB_QUERY(store->db, &rows, err,
                  "SELECT token, renew_until_ms > $2 AND renew_until_ms <= $3 AND renew_owner <> $4,"
                  " token <> '' AND token <> $5 AND (until_ms = 0 OR until_ms > $6)"
                  " FROM token WHERE name = $1",
                  DB_TEXT(key), DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX), DB_TEXT(store->owner),
                  DB_TEXT(refused), DB_NUMBER(now + TOKEN_MARGIN_MS))
        || !rows_next(rows, &found, err))
        goto out;
    row->awaited = found && rows_number(rows, 1) != 0;
    if (found && rows_number(rows, 2) != 0) {
        row->token = strdup(rows_text(rows, 0));
        if (row->token == NULL) {
            error_memory(err);
            goto out;
        }
    }
    read = true;
out:
    rows_end(rows);
    return read;
}

/* What is stored is of no use: it is dropped, and this process takes on to log in. */
static bool renewal_take(struct store *store, const char *key, int64_t renew_ms, struct error *err)
{
    return DB_RUN(store->db, err,
                  "INSERT INTO token (name, token, until_ms, renew_until_ms, renew_owner)"
                  " VALUES ($1, '', 0, $2, $3) ON CONFLICT (name) DO UPDATE SET token = '', until_ms = 0,"
                  " renew_until_ms = excluded.renew_until_ms, renew_owner = excluded.renew_owner",
                  DB_TEXT(key), DB_NUMBER(lease_end(now_ms(), renew_ms)), DB_TEXT(store->owner));
}

bool token_take(struct store *store, const char *key, const char *refused, int64_t renew_ms,
                enum token_state *state, char **token, struct error *err)
{
    struct row row = { 0 };
    bool taken = false;

    if (refused == NULL)
        refused = "";
    if (!row_read(store, key, refused, &row, err)) /* the usual case needs no lock */
        goto out;
    if (row.token == NULL && !row.awaited) {
        if (!db_begin(store->db, err) || !row_read(store, key, refused, &row, err))
            goto out;
        if (row.token == NULL && !row.awaited && !renewal_take(store, key, renew_ms, err))
            goto out;
        if (!db_commit(store->db, err))
            goto out;
    }
    *state = row.token != NULL ? TOKEN_VALID : row.awaited ? TOKEN_AWAITED : TOKEN_YOURS;
    if (row.token != NULL)
        *token = row.token;
    row.token = NULL;
    taken = true;
out:
    if (!taken)
        db_rollback(store->db);
    free(row.token);
    return taken;
}

static bool renewal_end(struct store *store, const char *key, struct error *err)
{
    return DB_RUN(
        store->db, err,
        "UPDATE token SET renew_until_ms = 0, renew_owner = '' WHERE name = $1 AND renew_owner = $2",
        DB_TEXT(key), DB_TEXT(store->owner));
}

static bool row_write(struct store *store, const char *key, const char *token, int64_t until_ms,
                      struct error *err)
{
    return DB_RUN(store->db, err,
                  "INSERT INTO token (name, token, until_ms, renew_until_ms, renew_owner)"
                  " VALUES ($1, $2, $3, 0, '') ON CONFLICT (name) DO UPDATE SET token = excluded.token,"
                  " until_ms = excluded.until_ms, renew_until_ms = 0, renew_owner = ''",
                  DB_TEXT(key), DB_TEXT(token), DB_NUMBER(until_ms));
}

bool token_put(struct store *store, const char *key, const char *token, int64_t until_ms, struct error *err)
{
    bool put = db_begin(store->db, err)
               && (token == NULL ? renewal_end(store, key, err) : row_write(store, key, token, until_ms, err))
               && db_commit(store->db, err);

    if (!put)
        db_rollback(store->db);
    return put;
}
