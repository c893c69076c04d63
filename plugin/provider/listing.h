#ifndef MUNJA_PROVIDER_LISTING_H
#define MUNJA_PROVIDER_LISTING_H

#include <stdbool.h>
#include <stddef.h>

/* What a gateway lists: rows under named columns, for people as a table, for programs as JSON. Drivers use
   these names, so that gateways can be compared: reference, recipient, sender, number, kind, subject, text,
   state (a receipt's name), code, meaning, sent, done, time, zone, carrier, files, left, unit, charge, since,
   by, name. */
struct listing {
    const char *const *column; /* static, ended by NULL */
    char ***row;               /* cells belong to the listing; NULL: nothing said */
    size_t count;
    long total; /* all there are at the gateway; -1 when it does not say */
};

/* Begin an empty listing. */
void listing_start(struct listing *listing, const char *const *columns);

/* Add a row of as many cells as there are columns; they are copied. False only when memory ran out. */
bool listing_add(struct listing *listing, const char *const *cells);

/* The cell under that name; "" when nothing was said or there is no such column. */
const char *listing_cell(const struct listing *listing, size_t row, const char *column);

void listing_clear(struct listing *listing);

/* The columns of each operation, the same whatever the gateway; its cells in their order. */
extern const char *const listing_balance[],
    *const listing_result[], *const listing_list[], *const listing_reservation[],
                                                        *const listing_cancelled[],
                                                            *const listing_unsubscribed[],
                                                                *const listing_senders[],
                                                                    *const listing_reports[],
                                                                        *const listing_replies[],
                                                                            *const listing_signup[],
                                                                                *const listing_webhook[];

#endif
