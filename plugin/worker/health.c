/* One small look, as JSON. */
#include "worker/health.h"

#include "base/log.h"
#include "base/now.h"
#include "store/count.h"

/* A lock that is held for longer is a fault. */
#define WRITE_MOST_MS 500

static int64_t later(int64_t a_ms, int64_t b_ms)
{
    return a_ms > b_ms ? a_ms : b_ms;
}

/* An attempt, or the worker's start, is a sign of life. */
static bool is_stuck(int64_t due_ms, int64_t begun_ms, int64_t since_ms)
{
    return due_ms > 0 && now_ms() - later(due_ms, later(begun_ms, since_ms)) > (int64_t)HEALTH_STUCK_S * 1000;
}

bool health_write(struct store *store, int64_t since_ms, struct buf *json, bool *healthy, struct error *err)
{
    int64_t oldest_ms = 0, due_ms = 0, begun_ms = 0, age_s = 0;
    struct error fault = { 0 };
    size_t waiting = 0;
    bool writable, stuck;

    store_until(store, now_steady_ms() + WRITE_MOST_MS);
    writable = store_can_write(store, &fault) && count_waiting(store, &waiting, &oldest_ms, &fault)
               && count_pace(store, &due_ms, &begun_ms, &fault);
    if (!writable)
        log_line(LOG_LEVEL_ERROR, "store=health fault=\"%s\"", fault.text);
    if (waiting > 0 && now_ms() > oldest_ms)
        age_s = (now_ms() - oldest_ms) / 1000;
    stuck = is_stuck(due_ms, begun_ms, since_ms);
    *healthy = writable && !stuck;
    return buf_format(json,
                      "{\"status\":\"%s\",\"store\":\"%s\",\"queue\":\"%s\",\"waiting\":%zu,"
                      "\"oldest_seconds\":%lld}\n",
                      *healthy ? "ok" : "failing", writable ? "ok" : "not writable", stuck ? "stuck" : "ok",
                      waiting, (long long)age_s)
           || error_memory(err);
}
