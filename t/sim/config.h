#ifndef MUNJA_SIM_CONFIG_H
#define MUNJA_SIM_CONFIG_H

#include <sys/stat.h>

#include "sim/sim.h"

/* Three readings of what the manuals leave open: CLEAN is valid JSON with numbers as numbers; PRINTED copies
   the samples, with trailing commas, a blank in a key and numbers as texts; OTHER turns around what the
   manuals do not promise (types, order, HTTP status). */
enum shape { SHAPE_CLEAN, SHAPE_PRINTED, SHAPE_OTHER };

/* DIR/config, read again whenever it changes; the help text tells what each key means. */
struct config {
    enum shape shape;
    bool https_only;
    long token_ttl_s; /* 0: as the manual says */
    long token_epoch; /* tokens issued under another epoch have expired */
    long rate_per_s;  /* 0: no limit */
    long latency_ms;
    long balance; /* -1: each gateway's own start */
    long clock_skew_s;
    bool postpaid;
    struct pairs senders, wrong_numbers;
    struct pairs results; /* name: receiver, value: code */
    const char *signature, *prefix, *password, *login_path, *signup_path, *token_key, *token;
};
extern struct config config;
extern const char config_help[];

/* Unknown keys and wrong types are reported through complain. */
void config_refresh(const char *dir, void (*complain)(const char *text));

bool config_sender(const char *number);
bool config_wrong(const char *number);

/* The simulator's clock, which a test can put forward: reservations, results and lists go by it. */
time_t config_now(void);

/* Whether DIR/NAME is another than *seen says, or came, or went; *seen knows it then. Zeroed at first. */
bool file_changed(const char *dir, const char *name, struct stat *seen);

/* The whole file as text with NUL, or NULL; the caller frees. */
char *file_read(const char *dir, const char *name, size_t *bytes);

#endif
