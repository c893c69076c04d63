/* Phone numbers as people type them, made into what gateways take. */
#include "alert/number.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alert/clean.h"
#include "base/mask.h"
#include "base/utf8.h"

#define DIGITS_MIN 3
#define DIGITS_MAX 15 /* ITU-T E.164 */

static bool is_separator(uint32_t point)
{
    return point == ' ' || point == '\t' || point == '\r' || point == '-' || point == '.' || point == '('
           || point == ')' || point == 0xa0 || (point >= 0x2010 && point <= 0x2015) || point == 0x2212
           || point == 0x3000 || point == 0xff08 || point == 0xff09 || point == 0xff0d || point == 0xff0e;
}

/* Half-width form of the digits and the plus sign of Korean and Chinese keyboards. */
static uint32_t narrow(uint32_t point)
{
    return (point >= 0xff10 && point <= 0xff19) || point == 0xff0b ? point - 0xfee0 : point;
}

static bool fault(struct error *err, const char *text, size_t bytes, const char *what)
{
    char copy[CLEAN_WORD_BYTES] = "", word[CLEAN_WORD_BYTES], masked[MASK_BYTES];

    memcpy(copy, text, bytes < sizeof copy - 1 ? bytes : sizeof copy - 1);
    return error_set(err, ERROR_USAGE, 0, "recipient %s: %s", mask_number(clean_word(copy, word), masked),
                     what);
}

/* "+" or "00" and a country code. Korea's is taken off; an international number has no leading zero behind
   it, but many write +82 (0)10. */
static const char *nationalize(char *number)
{
    size_t prefix = number[0] == '+' ? 1 : strncmp(number, "00", 2) == 0 ? 2 : 0;
    const char *code = number + prefix;

    if (prefix == 0)
        return number;
    if (strncmp(code, "82", 2) == 0) {
        char *start = number + prefix + 2 - 1;
        if (start[1] == '0')
            start++;
        *start = '0';
        return start;
    }
    number[prefix - 1] = '+';
    return number + prefix - 1;
}

static bool read_bytes(const char *text, size_t bytes, char number[NUMBER_BYTES], struct error *err)
{
    char raw[NUMBER_BYTES] = "";
    const char *whole;
    size_t length, digits, at = 0;

    for (size_t i = 0; i < bytes; i += length) {
        uint32_t point = 0;
        length = utf8_decode(text + i, bytes - i, &point);
        point = narrow(point);
        if (length == 0
            || !(is_separator(point) || (point >= '0' && point <= '9') || (point == '+' && at == 0)))
            return fault(err, text, bytes, "not a phone number");
        if (is_separator(point))
            continue;
        if (at == sizeof raw - 1)
            return fault(err, text, bytes, "too long for a phone number");
        raw[at++] = (char)point;
    }
    whole = nationalize(raw);
    digits = strlen(whole) - (whole[0] == '+');
    if (digits < DIGITS_MIN || digits > DIGITS_MAX)
        return fault(err, text, bytes,
                     digits < DIGITS_MIN ? "too short for a phone number" : "too long for a phone number");
    memcpy(number, whole, strlen(whole) + 1);
    return true;
}

bool number_read(const char *text, char number[NUMBER_BYTES], struct error *err)
{
    return read_bytes(text, strlen(text), number, err);
}

static bool has(const struct numbers *numbers, const char *number)
{
    for (size_t i = 0; i < numbers->count; i++)
        if (strcmp(numbers->number[i], number) == 0)
            return true;
    return false;
}

static bool append(struct numbers *numbers, const char *number, struct error *err)
{
    char(*grown)[NUMBER_BYTES] = realloc(numbers->number, (numbers->count + 1) * sizeof *grown);

    if (grown == NULL)
        return error_memory(err);
    numbers->number = grown;
    memcpy(numbers->number[numbers->count++], number, strlen(number) + 1);
    return true;
}

/* *err is only for lack of memory. */
static bool add_piece(struct numbers *numbers, const char *text, size_t bytes, struct error *err)
{
    char number[NUMBER_BYTES];
    struct error why = { 0 };
    bool good = read_bytes(text, bytes, number, &why);

    if (good && has(numbers, number))
        return true;
    if (good && numbers->count == NUMBERS_MAX)
        good = fault(&why, text, bytes, "too many recipients");
    if (good)
        return append(numbers, number, err);
    if (numbers->bad++ == 0)
        numbers->fault = why;
    return true;
}

bool numbers_add(struct numbers *numbers, const char *list, struct error *err)
{
    size_t bytes;

    for (; *list != '\0'; list += bytes + (list[bytes] != '\0')) {
        bytes = strcspn(list, ",;\n");
        if (strspn(list, " \t\r") < bytes && !add_piece(numbers, list, bytes, err))
            return false;
    }
    return true;
}

void numbers_clear(struct numbers *numbers)
{
    free(numbers->number);
    *numbers = (struct numbers){ 0 };
}
