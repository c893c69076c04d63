/* A row for each provider and each thing that can become of what it does: a few dozen. */
#include "flow/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static struct tally_row *find(const struct tally *tally, const struct tally_row *like)
{
    for (size_t i = 0; i < tally->rows; i++) {
        struct tally_row *row = &tally->row[i];
        if (row->kind == like->kind && strcmp(row->provider, like->provider) == 0
            && strcmp(row->what, like->what) == 0)
            return row;
    }
    return NULL;
}

void tally_add(struct tally *tally, enum tally_kind kind, const char *provider, const char *what,
               uint64_t more)
{
    struct tally_row like = { .kind = kind }, *row;

    if (tally == NULL)
        return;
    UTF8_COPY(like.provider, provider);
    UTF8_COPY(like.what, what);
    row = find(tally, &like);
    if (row == NULL) {
        row = realloc(tally->row, (tally->rows + 1) * sizeof *row);
        if (row == NULL)
            return;
        tally->row = row;
        row += tally->rows++;
        *row = like;
    }
    row->count += more;
}

void tally_clear(struct tally *tally)
{
    free(tally->row);
    *tally = (struct tally){ 0 };
}
