/* Any bytes as a value: what comes out is text, composed, and packs and unpacks as it is. */
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "alert/clean.h"
#include "alert/number.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

static void must_be_text(const char *text, size_t bytes)
{
    size_t length;

    for (size_t at = 0; at < bytes; at += length) {
        unsigned point = 0;
        length = utf8_decode(text + at, bytes - at, &point);
        must(length > 0 && (point == '\n' || point >= ' '));
        must(point != 127 && !(point >= 0x80 && point < 0xa0) && !(point >= 0x202a && point <= 0x202e));
    }
}

static void must_pack(const char *bytes, size_t size)
{
    struct alert alert = { 0 }, back = { 0 };
    struct error err = { 0 };
    char *packed;

    must(alert_set_bytes(&alert, "output", bytes, size, &err));
    must(alert_set_bytes(&alert, "host", bytes, size, &err));
    must(alert.bytes <= ALERT_BYTES_MAX);
    packed = alert_pack(&alert, &err);
    must(packed != NULL && alert_unpack(&back, packed, &err));
    must(strcmp(alert_get(&alert, "host"), alert_get(&back, "host")) == 0);
    must(strcmp(alert_get(&alert, "output"), alert_get(&back, "output")) == 0);
    free(packed);
    alert_check(&alert, &err);
    alert_clear(&alert);
    alert_clear(&back);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char *text = calloc(1, size + 1);
    struct buf clean = { 0 };
    struct numbers numbers = { 0 };
    struct alert alert = { 0 };
    struct error err = { 0 };

    memcpy(text, data, size);
    must(clean_text(text, size, &clean, &err));
    must_be_text(buf_text(&clean), clean.len);
    must_pack(text, size);
    alert_unpack(&alert, text, &err);
    must(numbers_add(&numbers, text, &err));
    must_be_text(numbers.fault.text, strlen(numbers.fault.text));
    alert_clear(&alert);
    numbers_clear(&numbers);
    buf_clear(&clean);
    free(text);
    return 0;
}
