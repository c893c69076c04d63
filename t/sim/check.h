#ifndef MUNJA_SIM_CHECK_H
#define MUNJA_SIM_CHECK_H

#include "sim/sim.h"

/* Whether text is digits only, least to most of them. */
bool is_digits(const char *text, size_t least, size_t most);
bool is_korean_mobile(const char *text);  /* 01…, 10 or 11 digits: the manuals' samples have 10 */
bool is_chinese_mobile(const char *text); /* 1…, 11 digits */

bool is_utf8(const char *text, size_t bytes);

/* Measure a text. Returns what is wrong with it (not UTF-8, a control character, a character that the charset
   lacks), or NULL; then *used holds bytes of strict EUC-KR, or UTF-16 units. */
const char *measure_euckr(struct exchange *x, const char *text, size_t bytes, long *used);
const char *measure_units(struct exchange *x, const char *text, size_t bytes, long *used);

/* What of a text fits in that many bytes of EUC-KR. */
size_t cut_euckr(const char *text, size_t bytes, long most);

/* Joined parts of a text of that many units: 70 alone, 67 each when joined. */
long units_parts(long units);

/* A date that exists, written exactly in that form of strptime, Korean time. */
bool read_korean_date(const char *text, const char *form, time_t *when);

/* The number written twice in the list, or NULL. */
const char *find_double(struct exchange *x, const struct pairs *list);

/* The pieces between those separators, empty ones kept, as values of list. */
void split_text(struct exchange *x, const char *text, const char *separator, struct pairs *list);

/* A whole number in digits alone, least to most. */
bool read_number(const char *text, long least, long most, long *number);

/* Whether the request asks for that path; one that ends with a slash takes segments behind it. */
bool is_path(const struct exchange *x, const char *path);

/* The segments behind such a path. */
void split_path(struct exchange *x, const char *path, struct pairs *segments);

#endif
