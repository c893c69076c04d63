#ifndef MUNJA_PROVIDER_SMS57_CODES_H
#define MUNJA_PROVIDER_SMS57_CODES_H

#include "provider/outcome.h"

/* The tables of SMS57-SMGW's document, each ended by a zeroed row. */
extern const struct verdict sms57_statuses[], sms57_results[];
extern const struct receipt sms57_stats[];
extern const struct verdict_table sms57_verdict_tables[];
extern const struct receipt_table sms57_receipt_tables[];

#endif
