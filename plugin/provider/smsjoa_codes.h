#ifndef MUNJA_PROVIDER_SMSJOA_CODES_H
#define MUNJA_PROVIDER_SMSJOA_CODES_H

#include "provider/outcome.h"

/* The code tables of SMSJOA's guide: of logins and sends, of look-ups and cancelling, of results. */
extern const struct verdict smsjoa_verdicts[], smsjoa_query_verdicts[];
extern const struct receipt smsjoa_receipts[];

extern const struct verdict_table smsjoa_verdict_tables[];
extern const struct receipt_table smsjoa_receipt_tables[];

#endif
