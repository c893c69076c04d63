#ifndef MUNJA_FLOW_NOTIFY_H
#define MUNJA_FLOW_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/alert.h"
#include "alert/number.h"
#include "flow/answer.h"
#include "settings/settings.h"
#include "store/store.h"

struct deliver_half;
struct plan;
struct wire;

/* One alert on its whole way. The door fills the first part and reads the second. */
struct notification {
    struct settings settings;
    struct alert alert;
    struct numbers numbers;
    struct wish wish;
    const char *image;            /* a picture's path; NULL: none */
    int64_t started_ms, until_ms; /* now_steady_ms */

    struct told *told;               /* one for each number */
    char note[256];                  /* something worth knowing that makes it a WARNING at least; "" */
    const struct deliver_half *half; /* NULL as long as it was not needed */

    void *jpeg; /* of the picture; NULL: none */
    size_t jpeg_bytes;
    struct record *records;
    struct store *store; /* NULL: it cannot be used */
    struct store *late;  /* one that could not be used, but may be free later */
    char unstored[208];  /* why it could not; "" */
    struct plan *plan;
    const struct wire *wire;
    bool stored;
    bool served; /* there is a worker, and it lives */
    bool asked;  /* it may have accepted the alert, and did not tell what became of it */
};

/* Add something worth knowing; what was said before stands in front. */
void notify_note(struct notification *n, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Accept the alert and deliver it, by this process. False: it was not accepted, and err says why; else told
   and note are the answer. Nothing is freed: the process ends. */
bool notify_run(struct notification *n, struct error *err);

/* After the answer: what went out without a record is noted where the worker, whom this process did not wait
   for, has added it late, so that it is not sent again. Waits for the store's lock, as long as there is time.
 */
void notify_late(struct notification *n);

/* --dry-run, to standard output; note says what is wrong beside. */
bool notify_show(struct notification *n, bool json, struct error *err);

#endif
