/* Having somebody deliver where no worker listens. */
#include "neb/errand.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/now.h"
#include "base/utf8.h"
#include "neb/core.h"

/* The core kills what takes longer; a run ends by itself long before, unless it hangs. */
#define RUN_MOST_S 1800

/* A worker process of the core's may die, and the word of the end with it. */
#define WORD_MOST_MS ((int64_t)(RUN_MOST_S + 60) * 1000)

static void ended(struct wproc_result *result, void *context, int flags);

static bool start(struct errand *errand)
{
    char line[sizeof errand->line];

    errand->again = false;
    if (access(errand->program, X_OK) != 0) {
        log_line(LOG_LEVEL_ERROR, "run=failed fault=\"%s: %s\"", errand->program, strerror(errno));
        return false;
    }
    /* The core takes it as its own to write. */
    UTF8_COPY(line, errand->line);
    errand->begun_ms = now_ms();
    errand->until_ms = now_steady_ms() + WORD_MOST_MS;
    if (wproc_run_callback(line, RUN_MOST_S, ended, errand, NULL) == 0)
        return true;
    errand->until_ms = 0;
    log_line(LOG_LEVEL_ERROR, "run=failed fault=\"the core has no worker process for: %s\"", line);
    return false;
}

/* Without a result the core takes its workers down: nothing can be begun. */
static void ended(struct wproc_result *result, void *context, int flags)
{
    struct errand *errand = context;

    (void)flags;
    errand->until_ms = 0;
    if (result != NULL && errand->again)
        start(errand);
}

/* It always ends well, by a shell: of a callback's job that does not, Nagios 4.4 logs names which it takes
   from the wrong struct. What went wrong stands in the store. */
void errand_set(struct errand *errand, const struct args *args)
{
    *errand = (struct errand){ .program = args->munja };
    snprintf(errand->line, sizeof errand->line, "'%s' worker --once -f '%s' >/dev/null || :", args->munja,
             args->config);
}

bool errand_run(struct errand *errand)
{
    if (errand->until_ms <= now_steady_ms())
        return start(errand);
    errand->again = true;
    return true;
}

int64_t errand_over(const struct errand *errand)
{
    return errand->until_ms == 0 ? errand->begun_ms : 0;
}
