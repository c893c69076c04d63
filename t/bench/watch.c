/* A broker module that notes how long its core is busy with each notification, from its first event to its
   last one: all that a way of telling somebody adds to the core's one thread. With "alone" nobody is told:
   that is the core itself. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define TOOK_MOST 100000

enum { NOTIFICATION = 5, METHOD = 21 };
enum { STARTS = 600, ENDS = 601 };
#define OVERRIDE 206

int __neb_api_version = 4;

int neb_register_callback(int kind, void *handle, int priority, int (*callback)(int kind, void *data));
int nebmodule_init(int flags, char *args, void *handle);
int nebmodule_deinit(int flags, int reason);

static char path[1024];
static double took_ms[TOOK_MOST], started_ms;
static size_t count;

static double now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int on_notification(int kind, void *data)
{
    const int *type = data;

    (void)kind;
    if (*type == STARTS)
        started_ms = now_ms();
    else if (*type == ENDS && count < TOOK_MOST)
        took_ms[count++] = now_ms() - started_ms;
    return 0;
}

static int on_method(int kind, void *data)
{
    (void)kind;
    (void)data;
    return OVERRIDE;
}

/* PATH [alone]: where the milliseconds are written to in the end. */
int nebmodule_init(int flags, char *args, void *handle)
{
    char how[16] = "";

    (void)flags;
    if (args == NULL || sscanf(args, "%1023s %15s", path, how) < 1)
        return -1;
    if (strcmp(how, "alone") == 0 && neb_register_callback(METHOD, handle, 0, on_method) != 0)
        return -1;
    return neb_register_callback(NOTIFICATION, handle, 0, on_notification);
}

int nebmodule_deinit(int flags, int reason)
{
    FILE *file = fopen(path, "w");

    (void)flags;
    (void)reason;
    for (size_t i = 0; file != NULL && i < count; i++)
        fprintf(file, "%.6f\n", took_ms[i]);
    return file == NULL || fclose(file) != 0;
}
