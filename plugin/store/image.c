/* Images beside records: one for all recipients of an alert, since they are large. */
#include <stdlib.h>
#include <string.h>

#include "store/record.h"

bool image_add(struct store *store, const void *bytes, size_t count, int64_t *id, struct error *err)
{
    return DB_INSERT(store->db, id, err, "INSERT INTO image (bytes) VALUES ($1)", DB_BLOB(bytes, count));
}

bool image_load(struct store *store, struct record *record, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false, loaded = false;
    const void *bytes;
    void *copy;

    if (record->image_id == 0)
        return true;
    if (!DB_QUERY(store->db, &rows, err, "SELECT bytes FROM image WHERE id = $1", DB_NUMBER(record->image_id))
        || !rows_next(rows, &found, err))
        goto out;
    if (found && (bytes = rows_blob(rows, 0, &record->image_bytes)) != NULL) {
        copy = malloc(record->image_bytes);
        if (copy == NULL) {
            error_memory(err);
            goto out;
        }
        record->image = memcpy(copy, bytes, record->image_bytes);
        record->image_owned = true;
    }
    loaded = true;
out:
    rows_end(rows);
    return loaded;
}
