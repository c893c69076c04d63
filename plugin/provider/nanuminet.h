#ifndef MUNJA_PROVIDER_NANUMINET_H
#define MUNJA_PROVIDER_NANUMINET_H

/* What the files of the driver Nanuminet share: nanuminet_send.c has what every call has, login and send,
   nanuminet_filter.c what lists can be asked for, nanuminet.c the questions. */

#include "provider/api.h"
#include "http/json.h"

/* CETC1 to CETC6: varchar(160). */
#define NANUMINET_CETC_BYTES 160

/* A request with the token of the login. */
bool nanuminet_start(const struct account *account, const char *method, const char *path,
                     struct request *request, struct error *err);

/* Reads a reply as far as all calls answer alike: true when the result is true, which alone is success; else
   outcome says why not. further (NULL: none) are words beyond nanuminet_refusals that msg is searched for. */
bool nanuminet_said(const struct account *account, const struct reply *reply, struct json_object *said,
                    const struct verdict *further, struct outcome *outcome);

bool nanuminet_login_build(const struct query *query, const struct account *account, struct request *request,
                           struct error *err);
void nanuminet_login_judge(const struct query *query, const struct account *account,
                           const struct reply *reply, struct answer *answer);
bool nanuminet_send_build(const struct batch *batch, const struct account *account, struct request *request,
                          struct error *err);
void nanuminet_send_judge(const struct account *account, const struct reply *reply, struct batch *batch);

/* YYYYMM, of a month that there is; NULL is none. */
bool nanuminet_is_month(const char *text);

/* The parameters of 발송목록 조회 and of 예약발송목록 조회, in the manual's order; ERROR_USAGE names the
   option that the gateway could not take. */
bool nanuminet_filter_list(const struct query *query, struct request *request, struct error *err);
bool nanuminet_filter_reservations(const struct query *query, struct request *request, struct error *err);

#endif
