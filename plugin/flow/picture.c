/* The image that goes with a message. Pictures are foreign bytes for a large library: it runs in a child with
   bounds, and whatever becomes of that, the text still goes. */
#include "flow/picture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/now.h"
#include "flow/halves.h"
#include "image/image.h"

/* The narrowest of the manuals: SMSJOA 2.3 names 300 KB and 720 by 480, the others no less. */
static const struct image_limits limits = { .bytes_max = 300000, .width_max = 720, .height_max = 480 };

/* Enough for the largest picture that is taken, and an end for what a broken one may do. */
#define CHILD_CPU_S   10
#define CHILD_BYTES   (1024UL * 1024 * 1024)
#define CHILD_MOST_MS 8000

/* In the child: write "+" and the JPEG, or "-" and why not. */
static void convert_and_exit(const void *bytes, size_t count, int out)
{
    const struct rlimit cpu = { CHILD_CPU_S, CHILD_CPU_S }, memory = { CHILD_BYTES, CHILD_BYTES };
    const struct image_half *half;
    struct error err = { 0 };
    struct buf answer = { 0 };
    size_t jpeg_bytes = 0;
    void *jpeg = NULL;
    bool made;

    alarm(0);
    setrlimit(RLIMIT_CPU, &cpu);
#ifndef __SANITIZE_ADDRESS__ /* which reserves terabytes */
    setrlimit(RLIMIT_AS, &memory);
#else
    (void)memory;
#endif
    half = half_image(&err);
    made = half != NULL && half->convert(bytes, count, &limits, &jpeg, &jpeg_bytes, &err);
    made = made ? buf_char(&answer, '+') && buf_add(&answer, jpeg, jpeg_bytes)
                : buf_char(&answer, '-') && buf_str(&answer, err.text);
    for (size_t at = 0; made && at < answer.len;) {
        ssize_t written = write(out, answer.data + at, answer.len - at);
        if (written <= 0)
            break;
        at += (size_t)written;
    }
    _exit(0);
}

/* All that the child says until it ends or the time is over. */
static bool hear(int in, int64_t until_ms, struct buf *answer, struct error *err)
{
    char piece[16384];
    ssize_t got = 1;

    while (got > 0) {
        struct pollfd ready = { .fd = in, .events = POLLIN };
        int64_t left = until_ms - now_steady_ms();
        if (left <= 0 || poll(&ready, 1, (int)left) <= 0)
            return error_set(err, ERROR_SYSTEM, 0, "it took too long to convert");
        got = read(in, piece, sizeof piece);
        if (got > 0 && !buf_add(answer, piece, (size_t)got))
            return error_memory(err);
        if (answer->len > limits.bytes_max + 1024)
            return error_set(err, ERROR_SYSTEM, 0, "the converter said too much");
    }
    return true;
}

static bool convert(const void *bytes, size_t count, int64_t until_ms, void **jpeg, size_t *jpeg_bytes,
                    struct error *err)
{
    struct buf answer = { 0 };
    int ends[2];
    bool converted = false;
    pid_t child;

    if (pipe(ends) != 0)
        return error_set(err, ERROR_SYSTEM, errno, "no pipe: %s", strerror(errno));
    child = fork();
    if (child == 0) {
        close(ends[0]);
        convert_and_exit(bytes, count, ends[1]);
    }
    close(ends[1]);
    if (child < 0)
        error_set(err, ERROR_SYSTEM, errno, "no process to convert it: %s", strerror(errno));
    else if (hear(ends[0], until_ms, &answer, err)) {
        /* A child that died while it wrote leaves half a picture. */
        converted =
            answer.len > 1 && answer.data[0] == '+' && image_fits(answer.data + 1, answer.len - 1, &limits);
        if (!converted)
            error_set(err, ERROR_USAGE, 0, "%s",
                      answer.len > 1 && answer.data[0] == '-' ? answer.data + 1
                                                              : "the library could not survive it");
    }
    close(ends[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    if (converted) {
        *jpeg_bytes = answer.len - 1;
        memmove(answer.data, answer.data + 1, *jpeg_bytes);
        *jpeg = buf_take(&answer);
    }
    buf_clear(&answer);
    return converted && *jpeg != NULL;
}

bool picture_load(const char *path, int64_t until_ms, void **jpeg, size_t *bytes, struct error *err)
{
    int64_t most_ms = now_steady_ms() + CHILD_MOST_MS;
    struct image_facts facts;
    void *read = NULL;
    size_t count = 0;
    bool loaded;

    if (!image_read(path, &read, &count, err))
        return false;
    if (image_fits(read, count, &limits)) {
        *jpeg = read;
        *bytes = count;
        return true;
    }
    /* It takes no library to say that this is no picture. */
    loaded = image_look(read, count, &facts, err)
             && convert(read, count, until_ms < most_ms ? until_ms : most_ms, jpeg, bytes, err);
    free(read);
    return loaded;
}
