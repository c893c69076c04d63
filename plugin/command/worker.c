/* munja worker: the delivering half by itself, once or as a service. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/log.h"
#include "base/now.h"
#include "command/desk.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"
#include "command/sweep.h"
#include "worker/follow.h"
#include "worker/worker.h"

/* What is under way may take so long after a signal to end; systemd waits longer (contrib/systemd). */
#define END_MOST_MS 20000

/* What a turn has to say goes out at its end, in one piece. */
#define LINES_BYTES 16384

#define HEAP_SPARE_BYTES (16 * 1024 * 1024)

/* Behind what is due: a gateway that is slow to say what became of a hundred messages must not hold up one
   alert. */
static bool follow(struct desk *desk, void *context)
{
    int64_t *until_ms = context, now = now_steady_ms();
    struct error err = { 0 };

    if (*until_ms == 0)
        *until_ms = now + (int64_t)desk->settings.timeout_s * 1000;
    store_until(desk->store, *until_ms);
    return desk_open_session(desk, &err) && follow_once(&desk->plan, &desk->session, *until_ms);
}

static int sweep(const char *config, bool json)
{
    int64_t until_ms = 0;
    struct report report = { 0 };
    struct desk desk = { 0 };
    struct error err = { 0 };
    int code;

    if (!desk_open(&desk, config, NULL, &err) || !desk_open_store(&desk, &err))
        code = fail(&err, json);
    else
        code = sweep_due(&desk, follow, &until_ms, &report, &err) ? report_print(&report, json)
                                                                  : fail(&err, json);
    report_clear(&report);
    desk_close(&desk);
    return code;
}

/* Signals become something to read, so that they come between two turns and never within one. */
static int open_signals(struct error *err)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        error_set(err, ERROR_SYSTEM, errno, "cannot wait for signals: %s", strerror(errno));
    return fd;
}

/* What is at work now, for the log and for systemctl status. */
static void say_ready(const struct worker *worker, const char *what)
{
    char note[256] = "";
    bool faulty = worker_note(worker, note);

    log_line(faulty ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "worker=%s%s%s%s", what, faulty ? " fault=\"" : "",
             note, faulty ? "\"" : "");
    sd_notifyf(0, "READY=1\nSTATUS=%s%s%s", what, faulty ? ": " : "", note);
}

static void reload(struct worker *worker)
{
    struct error err = { 0 };

    sd_notify(0, "RELOADING=1");
    if (worker_reload(worker, &err)) {
        say_ready(worker, "reloaded");
        return;
    }
    log_line(LOG_LEVEL_ERROR, "worker=kept fault=\"%s\"", err.text);
    sd_notifyf(0, "READY=1\nSTATUS=the configuration before is kept: %s", err.text);
}

/* How often systemd wants to hear that the turns go on; 0: never. Twice as often is what it recommends. */
static int64_t watchdog_ms(void)
{
    uint64_t usec = 0;

    return sd_watchdog_enabled(0, &usec) > 0 ? (int64_t)usec / 2000 : 0;
}

static int64_t end(struct worker *worker)
{
    sd_notify(0, "STOPPING=1");
    log_line(LOG_LEVEL_INFO, "worker=ending");
    worker_end(worker);
    return now_steady_ms() + END_MOST_MS;
}

/* Turn after turn, until a signal says enough, or the store is lost. */
static int serve(struct worker *worker, int signals)
{
    bool changed = false;
    int64_t end_at_ms = INT64_MAX, pat_ms = watchdog_ms(), pat_at_ms = pat_ms > 0 ? 0 : INT64_MAX;

    say_ready(worker, "ready");
    while (!worker_is_over(worker) && now_steady_ms() < end_at_ms) {
        struct signalfd_siginfo info;
        fflush(stderr);
        worker_turn(worker, signals, pat_at_ms < end_at_ms ? pat_at_ms : end_at_ms);
        if (now_steady_ms() >= pat_at_ms) {
            sd_notify(0, "WATCHDOG=1");
            pat_at_ms = now_steady_ms() + pat_ms;
        }
        if (worker_is_astray(worker) && end_at_ms == INT64_MAX)
            end_at_ms = end(worker);
        if (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
            if (info.ssi_signo == SIGHUP)
                changed = true;
            else if (end_at_ms == INT64_MAX)
                end_at_ms = end(worker);
        }
        if (changed && worker_can_reload(worker)) {
            changed = false;
            reload(worker);
        }
    }
    log_line(LOG_LEVEL_INFO, "worker=ended");
    return worker_is_astray(worker) ? EXIT_UNKNOWN : EXIT_OK;
}

/* Connections to gateways, and those who wait: many systems let a process ask for more descriptors. */
static void raise_files(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

static int stay(const char *config)
{
    static char lines[LINES_BYTES];
    struct worker *worker = NULL;
    struct error err = { 0 };
    int code = EXIT_UNKNOWN, signals = open_signals(&err);

    raise_files();
    /* What a moment needs the next one needs again: it is not given back in between. */
    mallopt(M_TRIM_THRESHOLD, HEAP_SPARE_BYTES);
    mallopt(M_MMAP_THRESHOLD, HEAP_SPARE_BYTES);
    setvbuf(stderr, lines, _IOFBF, sizeof lines);
    if (signals < 0 || !worker_open(config, &worker, &err))
        code = fail(&err, false);
    else
        code = serve(worker, signals);
    worker_close(worker);
    return code;
}

int command_worker(int argc, char **argv)
{
    const char *config = NULL, *once = NULL, *verbose = NULL, *json = NULL;
    const struct option_spec specs[] = {
        OPTION_CONFIG(&config),
        { 0, "once", NULL, "deliver what is due now, then end", &once, NULL },
        OPTION_JSON(&json),
        { 'v', "verbose", NULL, "log every attempt to standard error; without --once that is always done",
          &verbose, NULL },
        { 0 },
    };
    const struct command_help help = { "munja worker [--once] [options]",
                                       "Deliver what is due in the store: as a service, or once." };
    struct error err = { 0 };
    int operands = 0;
    bool done = false;

    if (!options_read(argc, argv, specs, &help, &operands, &done, &err))
        return fail(&err, fail_in_json(argc, argv));
    if (done)
        return EXIT_UNKNOWN;
    if (operands > 0) {
        error_set(&err, ERROR_USAGE, 0, "no operands are taken");
        return fail(&err, json != NULL);
    }
    options_log(once != NULL ? verbose : "");
    return once != NULL ? sweep(config, json != NULL) : stay(options_config(config));
}
