/* Tables for people. */
#include "command/table.h"

#include <string.h>

#include <unistr.h>
#include <uniwidth.h>

#define COLUMNS_MAX 16
#define GAP         2

/* A terminal obeys control characters; what stands in a table may come from a gateway. */
static ucs4_t shown(ucs4_t character)
{
    return uc_width(character, "UTF-8") < 0 ? ' ' : character;
}

/* Cells of the terminal, and the text itself when out is given. */
static size_t put(FILE *out, const char *text)
{
    const uint8_t *at = (const uint8_t *)(text == NULL ? "-" : text);
    size_t width = 0;
    ucs4_t character;

    while ((at = u8_next(&character, at)) != NULL) {
        uint8_t bytes[6];
        int length;

        character = shown(character);
        width += (size_t)uc_width(character, "UTF-8");
        length = u8_uctomb(bytes, character, sizeof bytes);
        if (out != NULL && length > 0)
            fwrite(bytes, 1, (size_t)length, out);
    }
    return width;
}

static void put_row(FILE *out, const char *const *cell, const size_t *widths, size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        size_t width = put(out, cell[i]);
        if (i + 1 < columns)
            fprintf(out, "%*s", (int)(widths[i] - width + GAP), "");
    }
    fputc('\n', out);
}

void table_print(FILE *out, const char *const *columns, const char *const *cell, size_t rows)
{
    size_t widths[COLUMNS_MAX] = { 0 }, count = 0;

    for (; count < COLUMNS_MAX && columns[count] != NULL; count++)
        widths[count] = put(NULL, columns[count]);
    for (size_t i = 0; i < rows * count; i++) {
        size_t width = put(NULL, cell[i]);
        if (width > widths[i % count])
            widths[i % count] = width;
    }
    put_row(out, columns, widths, count);
    for (size_t i = 0; i < rows; i++)
        put_row(out, cell + i * count, widths, count);
}
