/* Time that passes before an answer: one thread wakes whoever is due. */
#include "sim/wait.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct rest {
    struct rest *next, *before; /* in the order of their ends */
    struct MHD_Connection *connection;
    struct timespec until;
    char *file; /* or until it is there */
} * first, *last;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;

static bool later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* Most waits are equally long: the place is near the end. */
static void add(struct rest *rest)
{
    struct rest *before = last;

    while (before != NULL && later(&before->until, &rest->until))
        before = before->before;
    rest->before = before;
    rest->next = before == NULL ? first : before->next;
    *(rest->next == NULL ? &last : &rest->next->before) = rest;
    *(before == NULL ? &first : &before->next) = rest;
}

static void wake(struct rest *rest)
{
    *(rest->before == NULL ? &first : &rest->before->next) = rest->next;
    *(rest->next == NULL ? &last : &rest->next->before) = rest->before;
    MHD_resume_connection(rest->connection);
    free(rest->file);
    free(rest);
}

static void *wake_all(void *none)
{
    struct timespec now;

    (void)none;
    pthread_mutex_lock(&lock);
    for (;;) {
        struct rest *rest = first;

        clock_gettime(CLOCK_MONOTONIC, &now);
        if (rest == NULL) {
            pthread_cond_wait(&changed, &lock);
        } else if (later(&rest->until, &now)) {
            pthread_cond_timedwait(&changed, &lock, &rest->until);
        } else {
            wake(rest);
        }
    }
    return NULL;
}

bool wait_start(void)
{
    pthread_condattr_t attributes;
    pthread_t thread;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    return pthread_create(&thread, NULL, wake_all, NULL) == 0;
}

void wait_for(struct MHD_Connection *connection, long ms, const char *file)
{
    struct rest *rest = calloc(1, sizeof *rest);

    if (rest == NULL)
        abort();
    MHD_suspend_connection(connection);
    clock_gettime(CLOCK_MONOTONIC, &rest->until);
    rest->connection = connection;
    if (file != NULL && (rest->file = strdup(file)) == NULL)
        abort();
    rest->until.tv_sec += ms / 1000;
    rest->until.tv_nsec += ms % 1000 * 1000000;
    if (rest->until.tv_nsec >= 1000000000) {
        rest->until.tv_sec++;
        rest->until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&lock);
    add(rest);
    if (first == rest)
        pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

void wait_look(void)
{
    struct rest *next;

    pthread_mutex_lock(&lock);
    for (struct rest *rest = first; rest != NULL; rest = next) {
        next = rest->next;
        if (rest->file != NULL && access(rest->file, F_OK) == 0)
            wake(rest);
    }
    pthread_mutex_unlock(&lock);
}
