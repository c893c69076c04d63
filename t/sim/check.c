/* Numbers, texts and dates as the manuals want them. */
#include "sim/check.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool is_digits(const char *text, size_t least, size_t most)
{
    size_t count = strspn(text, "0123456789");

    return text[count] == '\0' && count >= least && count <= most;
}

bool is_korean_mobile(const char *text)
{
    return is_digits(text, 10, 11) && strncmp(text, "01", 2) == 0;
}

bool is_chinese_mobile(const char *text)
{
    return is_digits(text, 11, 11) && text[0] == '1' && text[1] >= '3';
}

/* The character at text, strictly: no long forms, no surrogates. Returns its bytes, or 0. */
static size_t utf8_read(const char *text, size_t bytes, uint32_t *point)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char c = (unsigned char)text[0];
    size_t length = c < 0x80 ? 1 : c >= 0xF0 && c < 0xF8 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 0;

    if (length == 0 || length > bytes || c >= 0xF8)
        return 0;
    *point = length == 1 ? c : c & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | ((unsigned char)text[i] & 0x3F);
    }
    return *point < least[length] || *point > 0x10FFFF || (*point >= 0xD800 && *point < 0xE000) ? 0 : length;
}

bool is_utf8(const char *text, size_t bytes)
{
    uint32_t point;
    size_t length = 0;

    for (size_t at = 0; at < bytes; at += length) {
        length = utf8_read(text + at, bytes - at, &point);
        if (length == 0)
            return false;
    }
    return true;
}

/* No phone shows these; a line feed is the one that the manuals know. */
static bool is_control(uint32_t point)
{
    return (point < 0x20 && point != '\n') || (point >= 0x7F && point < 0xA0);
}

static long cost_euckr(const char *text, size_t length)
{
    static iconv_t converter = (iconv_t)-1;
    char out[8], *to = out, *from = (char *)(uintptr_t)text;
    size_t room = sizeof out;

    if (converter == (iconv_t)-1 && (converter = iconv_open("EUC-KR", "UTF-8")) == (iconv_t)-1) {
        perror("gatewaysim: no EUC-KR converter");
        exit(1);
    }
    iconv(converter, NULL, NULL, NULL, NULL);
    if (iconv(converter, &from, &length, &to, &room) != 0)
        return -1;
    return (long)(sizeof out - room);
}

static const char *measure(struct exchange *x, const char *text, size_t bytes, bool euckr, long *used)
{
    uint32_t point = 0;
    size_t length;
    long sum = 0, cost;

    for (size_t at = 0; at < bytes; at += length) {
        length = utf8_read(text + at, bytes - at, &point);
        if (length == 0)
            return exchange_format(x, "not UTF-8 at byte %zu", at);
        if (is_control(point))
            return exchange_format(x, "control character U+%04X", (unsigned)point);
        cost = euckr ? cost_euckr(text + at, length) : point > 0xFFFF ? 2 : 1;
        if (cost < 0)
            return exchange_format(x, "U+%04X is not in EUC-KR", (unsigned)point);
        sum += cost;
    }
    *used = sum;
    return NULL;
}

const char *measure_euckr(struct exchange *x, const char *text, size_t bytes, long *used)
{
    return measure(x, text, bytes, true, used);
}

const char *measure_units(struct exchange *x, const char *text, size_t bytes, long *used)
{
    return measure(x, text, bytes, false, used);
}

size_t cut_euckr(const char *text, size_t bytes, long most)
{
    uint32_t point;
    size_t at = 0, length;

    for (; at < bytes; at += length) {
        length = utf8_read(text + at, bytes - at, &point);
        most -= cost_euckr(text + at, length);
        if (most < 0)
            break;
    }
    return at;
}

long units_parts(long units)
{
    return units <= 70 ? 1 : (units + 66) / 67;
}

bool read_korean_date(const char *text, const char *form, time_t *when)
{
    struct tm tm = { .tm_mday = 1 }, again;
    const char *end = strptime(text, form, &tm);
    char written[64];
    time_t at;

    if (end == NULL || *end != '\0')
        return false;
    at = timegm(&tm);
    gmtime_r(&at, &again);
    /* strptime takes the 31st of February and single digits; a date that exists is written as it was read. */
    strftime(written, sizeof written, form, &again);
    if (strcmp(written, text) != 0)
        return false;
    *when = at - 9 * 3600;
    return true;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *find_double(struct exchange *x, const struct pairs *list)
{
    const char **sorted = exchange_take(x, list->count * sizeof *sorted);

    for (size_t i = 0; i < list->count; i++)
        sorted[i] = list->pair[i].value;
    qsort(sorted, list->count, sizeof *sorted, compare_texts);
    for (size_t i = 1; i < list->count; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            return sorted[i];
    return NULL;
}

void split_text(struct exchange *x, const char *text, const char *separator, struct pairs *list)
{
    for (;;) {
        size_t bytes = strcspn(text, separator);

        pairs_add(x, list,
                  (struct pair){ .name = "", .value = exchange_copy(x, text, bytes), .bytes = bytes });
        if (text[bytes] == '\0')
            return;
        text += bytes + 1;
    }
}

bool read_number(const char *text, long least, long most, long *number)
{
    if (!is_digits(text, 1, 9))
        return false;
    *number = atol(text);
    return *number >= least && *number <= most;
}

bool is_path(const struct exchange *x, const char *path)
{
    size_t bytes = strlen(path);

    return path[bytes - 1] == '/' ? strncmp(x->path, path, bytes) == 0 : strcmp(x->path, path) == 0;
}

void split_path(struct exchange *x, const char *path, struct pairs *segments)
{
    split_text(x, x->path + strlen(path), "/", segments);
}
