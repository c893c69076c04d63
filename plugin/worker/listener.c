/* Which path is whose. */
#include "worker/listener.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "worker/health.h"
#include "worker/hook.h"
#include "worker/metrics.h"

/* However often somebody asks, munja looks once in so long. */
#define FRESH_MS 1000

/* What is told to whoever asks, for a moment. */
struct sheet {
    const char *path, *type;
    struct buf text;
    int status;
    int64_t until_ms; /* now_steady_ms */
};

enum { HEALTH, METRICS, SHEETS };

struct listener {
    char *where; /* NULL: nowhere */
    struct server *server;
    struct server_rules rules;
    struct hook *hook;
    struct metrics metrics; /* plan: of the turn */
    struct sheet sheet[SHEETS];
};

static void renew(struct listener *listener, struct sheet *sheet)
{
    const struct metrics *metrics = &listener->metrics;
    bool written, healthy = true;

    buf_cut(&sheet->text, 0);
    written = sheet == &listener->sheet[HEALTH]
                  ? health_write(metrics->store, metrics->since_ms, &sheet->text, &healthy, NULL)
                  : metrics_write(metrics, &sheet->text, NULL);
    sheet->status = !written ? 500 : healthy ? 200 : 503;
    sheet->until_ms = now_steady_ms() + FRESH_MS;
}

static void show(struct listener *listener, struct sheet *sheet, struct call *call)
{
    if (!call->local) {
        hook_refused(listener->hook, 403, NULL, &call->from);
        server_refuse(call, 403);
    } else if (strcmp(call->method, "GET") != 0 && strcmp(call->method, "HEAD") != 0) {
        call->allow = "GET, HEAD";
        server_refuse(call, 405);
    } else {
        if (now_steady_ms() >= sheet->until_ms)
            renew(listener, sheet);
        server_answer(call, sheet->status, sheet->type, buf_text(&sheet->text));
    }
}

static bool admit(void *context, struct call *call)
{
    struct listener *listener = context;

    for (size_t i = 0; i < SHEETS; i++)
        if (strcmp(call->path, listener->sheet[i].path) == 0) {
            show(listener, &listener->sheet[i], call);
            return false;
        }
    if (strncmp(call->path, HOOK_PATH, sizeof HOOK_PATH - 1) == 0)
        return hook_admit(listener->hook, listener->metrics.plan, call);
    hook_refused(listener->hook, 404, NULL, &call->from);
    server_refuse(call, 404);
    return false;
}

static void serve(void *context, struct call *call)
{
    struct listener *listener = context;

    hook_serve(listener->hook, listener->metrics.plan, call);
}

static void forget(void *context, struct call *call)
{
    (void)context;
    hook_forget(call);
}

static void refused(void *context, int status, const struct network_address *from)
{
    struct listener *listener = context;

    hook_refused(listener->hook, status, NULL, from);
}

bool listener_move(struct listener *listener, const struct settings *settings, struct error *err)
{
    struct server *server = NULL;
    struct network_endpoint endpoint;
    char *where = NULL;

    if (settings->listen != NULL && listener->where != NULL && strcmp(settings->listen, listener->where) == 0)
        return true;
    if (settings->listen != NULL) {
        where = strdup(settings->listen);
        if (where == NULL)
            return error_memory(err);
        if (!network_endpoint(where, &endpoint) || !server_open(&endpoint, &listener->rules, &server, err)) {
            error_prefix(err, "listen %s", where);
            free(where);
            return false;
        }
    }
    server_close(listener->server);
    free(listener->where);
    listener->server = server;
    listener->where = where;
    return true;
}

bool listener_open(const struct settings *settings, struct store *store, struct tally *tally,
                   struct listener **listener, struct error *err)
{
    struct listener *made = calloc(1, sizeof *made);

    if (made == NULL)
        return error_memory(err);
    made->rules = (struct server_rules){ admit, serve, forget, refused, made };
    made->metrics = (struct metrics){ .store = store, .tally = tally, .since_ms = now_ms() };
    made->sheet[HEALTH] = (struct sheet){ .path = "/health", .type = "application/json" };
    made->sheet[METRICS] =
        (struct sheet){ .path = "/metrics", .type = "text/plain; version=0.0.4; charset=utf-8" };
    made->hook = hook_new(store, tally);
    if (made->hook == NULL)
        error_memory(err);
    else if (listener_move(made, settings, err)) {
        *listener = made;
        return true;
    }
    listener_close(made);
    return false;
}

void listener_close(struct listener *listener)
{
    if (listener == NULL)
        return;
    server_close(listener->server);
    hook_free(listener->hook);
    for (size_t i = 0; i < SHEETS; i++)
        buf_clear(&listener->sheet[i].text);
    free(listener->where);
    free(listener);
}

int listener_fd(const struct listener *listener)
{
    return listener->server == NULL ? -1 : server_fd(listener->server);
}

int64_t listener_wait_ms(const struct listener *listener)
{
    return listener->server == NULL ? -1 : server_wait_ms(listener->server);
}

bool listener_turn(struct listener *listener, const struct plan *plan)
{
    bool pushed;

    if (listener->server == NULL)
        return false;
    listener->metrics.plan = plan;
    server_turn(listener->server);
    pushed = hook_commit(listener->hook);
    if (pushed)
        server_turn(listener->server); /* the answers go out */
    return pushed;
}
