#ifndef MUNJA_PROVIDER_NANUMINET_CODES_H
#define MUNJA_PROVIDER_NANUMINET_CODES_H

#include "provider/outcome.h"

/* The tables of Nanuminet's manual, each ended by a zeroed row. */
extern const struct verdict nanuminet_refusals[], nanuminet_query_refusals[];
extern const struct receipt nanuminet_sms_receipts[], nanuminet_mms_receipts[];
extern const struct verdict_table nanuminet_verdict_tables[];
extern const struct receipt_table nanuminet_receipt_tables[];

#endif
