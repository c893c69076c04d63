/* A core for munja_neb.so: what Nagios and Naemon do to a module, without their checks. It loads the module
 * as they do, tells it events, and prints what it answers. With NAEMON it has Naemon's functions and rules.
 *
 * It obeys lines on standard input and answers each with lines on standard output, the last of which is ".":
 *
 * - load PATH ARGS: dlopen, a look at the number, init, and a status that the core remembers; how many files
 * the module has opened by then, which the process that reads commands would keep; then the event of the
 * loop's start
 *
 * - unload: deinit, dlclose
 *
 * - macro NAME VALUE: what the macro $NAME$ expands to; %XX is a byte
 *
 * - notify KIND: a method event, of a "host" or a "service", from the macros and REASON, STATE, COMMAND: what
 * the module answered
 *
 * - storm COUNT: so many of a service, each its own: how many were taken, and how long it took them
 *
 * - status: of a service it has changed
 *
 * - jobs: waits until no job is under way; the lines of those that ran
 *
 * - look: open files and memory in KiB; munja's file functions that SQLite still knows
 */
#include <dirent.h>
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef NAEMON
#define API_VERSION 8
#define PROGRAM     "1.5.2"
#define LOAD_FLAGS  RTLD_NOW
#else
#define API_VERSION 4
#define PROGRAM     "4.4.6"
#define LOAD_FLAGS  (RTLD_NOW | RTLD_GLOBAL)
#endif

#define STORM_MOST 100000
#define JOBS_MOST  64

struct method {
    int type, flags, attr;
    struct timeval when;
    int kind;
    struct timeval started, ended;
    char *host, *service, *contact, *command, *command_args;
    int reason, state;
    char *output, *author, *comment;
    int escalated;
    void *object, *contact_object;
};

typedef int callback(int type, void *data);
struct wproc_result {
    int job_id;
};

static struct {
    callback *call;
    int type;
} callbacks[16];
static size_t callback_count;
static struct {
    pid_t pid;
    void (*ended)(struct wproc_result *, void *, int);
    void *context;
    char line[4096];
} jobs[JOBS_MOST];
static size_t job_count;
static void *module;
static char something;

/* What the module may call. */
int neb_register_callback(int type, void *handle, int priority, callback *call);
void *find_host(const char *name);
void *find_service(const char *host, const char *name);
int process_macros_r(void *macros, char *template, char **text, int options);
int wproc_run_callback(char *line, int timeout, void (*ended)(struct wproc_result *, void *, int),
                       void *context, void *macros);
char *get_program_version(void);

int neb_register_callback(int type, void *handle, int priority, callback *call)
{
    (void)priority;
    if (handle != &module || type < 0 || type > 25 || callback_count == 16)
        return 202;
    callbacks[callback_count].type = type;
    callbacks[callback_count++].call = call;
    return 0;
}

/* The first member of a macro struct says that something was grabbed: what is cleared then is missing. */
#define MACROS(name)                                                                                         \
    int name(void *macros, void *object);                                                                    \
    int name(void *macros, void *object)                                                                     \
    {                                                                                                        \
        ++*(int *)macros;                                                                                    \
        return object == NULL ? -2 : 0;                                                                      \
    }
MACROS(grab_host_macros_r)
MACROS(grab_service_macros_r)
MACROS(grab_contact_macros_r)

#define CLEAR(name)                                                                                          \
    int name(void *macros);                                                                                  \
    int name(void *macros)                                                                                   \
    {                                                                                                        \
        return macros == NULL ? -2 : 0;                                                                      \
    }
CLEAR(clear_argv_macros_r)
CLEAR(clear_host_macros_r)
CLEAR(clear_hostgroup_macros_r)
CLEAR(clear_service_macros_r)
CLEAR(clear_servicegroup_macros_r)
CLEAR(clear_contact_macros_r)
CLEAR(clear_contactgroup_macros_r)
CLEAR(clear_summary_macros_r)

#ifdef NAEMON
void nm_log(int kind, const char *format, ...) __attribute__((format(printf, 2, 3)));
void nm_log(int kind, const char *format, ...)
#else
CLEAR(clear_datetime_macros_r)
void logit(int kind, int console, const char *format, ...) __attribute__((format(printf, 3, 4)));
void logit(int kind, int console, const char *format, ...)
#endif
{
    va_list args;

#ifndef NAEMON
    (void)console;
#endif
    printf("log %d ", kind);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

char *get_program_version(void)
{
    static char version[] = PROGRAM;

    return version;
}

static const char *macro(const char *name)
{
    char variable[256];

    snprintf(variable, sizeof variable, "MACRO_%s", name);
    return getenv(variable);
}

static char *text_of(const char *name)
{
    return (char *)(uintptr_t)macro(name);
}

void *find_host(const char *name)
{
    return macro("HOSTNAME") != NULL && strcmp(name, macro("HOSTNAME")) == 0 ? &something : NULL;
}

void *find_service(const char *host, const char *name)
{
    return find_host(host) != NULL && name != NULL ? &something : NULL;
}

int process_macros_r(void *macros, char *template, char **text, int options)
{
    char name[128];
    const char *value;

    snprintf(name, sizeof name, "%.*s", (int)strcspn(template + 1, "$"), template + 1);
    value = *(int *)macros > 0 && options == 0 ? macro(name) : NULL;
    *text = strdup(value == NULL ? template : value);
    return 0;
}

int wproc_run_callback(char *line, int timeout, void (*ended)(struct wproc_result *, void *, int),
                       void *context, void *macros)
{
    pid_t pid;

    (void)macros;
    if (job_count == JOBS_MOST || timeout <= 0 || (pid = fork()) < 0)
        return -2;
    if (pid == 0) {
        if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "r", stdin) == NULL)
            _exit(127);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    jobs[job_count].pid = pid;
    jobs[job_count].ended = ended;
    jobs[job_count].context = context;
    snprintf(jobs[job_count++].line, sizeof jobs->line, "%s", line);
    return 0;
}

static void end_jobs(void)
{
    for (size_t i = 0; i < job_count; i++) {
        struct wproc_result result = { 0 };

        waitpid(jobs[i].pid, NULL, 0);
        printf("ran %s\n", jobs[i].line);
        jobs[i].ended(&result, jobs[i].context, 0);
    }
    job_count = 0;
}

static int tell(int type, void *data)
{
    int answer = 0;

    for (size_t i = 0; i < callback_count; i++)
        if (callbacks[i].type == type && (answer = callbacks[i].call(type, data)) != 0)
            break;
    return answer;
}

static int open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int files = -3; /* this one, "." and ".." */

    while (folder != NULL && readdir(folder) != NULL)
        files++;
    if (folder != NULL)
        closedir(folder);
    return files;
}

static void *object;

static void load(char *line)
{
    char *args = strchr(line, ' ');
    int (*init)(int, char *, void *);
    int *version, files;
    struct method event = { .type = 105 };

    if (args != NULL)
        *args++ = '\0';
    object = dlopen(line, LOAD_FLAGS);
    if (object == NULL || (version = dlsym(object, "__neb_api_version")) == NULL || *version != API_VERSION) {
        printf("refused %s\n", object == NULL ? dlerror() : "by its number");
        return;
    }
    *(void **)&init = dlsym(object, "nebmodule_init");
    files = open_files();
    printf("init %d\n", init(0, args, &module));
    tell(13, &something);
    printf("opened %d\n", open_files() - files);
    tell(0, &event);
}

static void unload(void)
{
    int (*deinit)(int, int);

    /* Workers are taken down first, and what they were at is told without a result. */
    for (size_t i = 0; i < job_count; i++) {
        jobs[i].ended(NULL, jobs[i].context, 0);
        waitpid(jobs[i].pid, NULL, 0);
    }
    job_count = callback_count = 0;
    *(void **)&deinit = dlsym(object, "nebmodule_deinit");
    printf("deinit %d\n", deinit(1, 2));
    dlclose(object);
}

static void set_macro(char *line)
{
    char *value = strchr(line, ' '), *to, variable[128];

    if (value == NULL) {
        snprintf(variable, sizeof variable, "MACRO_%s", line);
        unsetenv(variable);
        return;
    }
    *value++ = '\0';
    to = value;
    for (const char *from = value; *from != '\0'; from++) {
        unsigned byte;
        if (*from == '%' && sscanf(from + 1, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            from += 2;
        } else
            *to++ = *from;
    }
    *to = '\0';
    snprintf(variable, sizeof variable, "MACRO_%s", line);
    setenv(variable, value, 1);
}

static int number_of(const char *name)
{
    return macro(name) == NULL ? 0 : atoi(macro(name));
}

static int notify(bool service)
{
    struct method method = { .type = 604,
                             .kind = service,
                             .host = text_of("HOSTNAME"),
                             .service = service ? text_of("SERVICEDESC") : NULL,
                             .contact = text_of("CONTACTNAME"),
                             .command = text_of("COMMAND"),
                             .reason = number_of("REASON"),
                             .state = number_of("STATE"),
                             .output = text_of("SERVICEOUTPUT"),
                             .author = text_of("AUTHOR"),
                             .comment = text_of("COMMENT"),
                             .object = &something,
                             .contact_object = macro("CONTACTNAME") == NULL ? NULL : &something };

    return tell(21, &method);
}

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void storm(size_t count)
{
    static double took[STORM_MOST];
    size_t taken = 0;

    for (size_t i = 0; i < count && i < STORM_MOST; i++) {
        char text[64];
        double start;

        snprintf(text, sizeof text, "%zu", i + 1);
        setenv("MACRO_SERVICENOTIFICATIONID", text, 1);
        snprintf(text, sizeof text, "service %zu", i + 1);
        setenv("MACRO_SERVICEDESC", text, 1);
        start = now_ms();
        taken += notify(true) == 206;
        took[i] = now_ms() - start;
    }
    qsort(took, count, sizeof *took, compare);
    printf("taken %zu p50 %.3f p99 %.3f max %.3f\n", taken, took[count / 2], took[count * 99 / 100],
           took[count - 1]);
}

static void look(void)
{
    int files = open_files();
    FILE *file = fopen("/proc/self/statm", "r");
    long pages = 0;

    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
        pages = -1;
    if (file != NULL)
        fclose(file);
    printf("files %d memory %ld vfs %s\n", files, pages * sysconf(_SC_PAGESIZE) / 1024,
           sqlite3_vfs_find("munja") == NULL ? "none" : "munja");
}

static void obey(char *line)
{
    char *rest = line + strcspn(line, " ");

    if (*rest != '\0')
        *rest++ = '\0';
    if (strcmp(line, "load") == 0)
        load(rest);
    else if (strcmp(line, "unload") == 0)
        unload();
    else if (strcmp(line, "macro") == 0)
        set_macro(rest);
    else if (strcmp(line, "notify") == 0)
        printf("answer %d\n", notify(strcmp(rest, "service") == 0));
    else if (strcmp(line, "storm") == 0)
        storm((size_t)atol(rest));
    else if (strcmp(line, "status") == 0)
        printf("answer %d\n", tell(13, &something));
    else if (strcmp(line, "jobs") == 0)
        end_jobs();
    else if (strcmp(line, "look") == 0)
        look();
    else
        printf("what is %s?\n", line);
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;

    setvbuf(stdout, NULL, _IOLBF, 0);
    while ((length = getline(&line, &room, stdin)) > 0) {
        line[length - 1] = '\0';
        obey(line);
        puts(".");
    }
    free(line);
    return 0;
}
