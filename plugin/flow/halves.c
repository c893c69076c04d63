/* Loading what the accepting half can do without: the delivering half, the wire (libcurl, libcrypto), which
   together cost more than all the rest of a run, and what converts pictures (libgd), which few alerts bring.
   They stand beside the executable, wherever that was installed. */
#include "flow/halves.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* From the executable's folder to theirs. */
#ifndef MUNJA_HALVES
#define MUNJA_HALVES "../lib/munja"
#endif

static void *load(const char *name, struct error *err)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    void *object;
    char *slash;

    if (length <= 0) {
        error_set(err, ERROR_SYSTEM, 0, "cannot find my own folder to load %s", name);
        return NULL;
    }
    path[length] = '\0';
    slash = strrchr(path, '/');
    snprintf(slash + 1, sizeof path - (size_t)(slash + 1 - path), MUNJA_HALVES "/%s", name);
    /* Lazy is for the thirty libraries behind libcurl, of whose functions few are called; the halves
       themselves are linked to be bound at once, so that one which does not fit is told here. */
    object = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (object == NULL)
        error_set(err, ERROR_SYSTEM, 0, "cannot load %s: %s", name, dlerror());
    return object;
}

static void *symbol(void **object, const char *name, const char *what, struct error *err)
{
    void *found;

    if (*object == NULL)
        *object = load(name, err);
    if (*object == NULL)
        return NULL;
    found = dlsym(*object, what);
    if (found == NULL)
        error_set(err, ERROR_SYSTEM, 0, "%s does not fit this munja: it has no %s", name, what);
    return found;
}

static void *deliver_object, *worker_object, *http_object, *image_object;

const struct deliver_half *half_deliver(struct error *err)
{
    return symbol(&deliver_object, "munja_deliver.so", "munja_deliver", err);
}

const struct wire *half_wire(struct error *err)
{
    return symbol(&http_object, "munja_http.so", "munja_wire", err);
}

const struct image_half *half_image(struct error *err)
{
    return symbol(&image_object, "munja_image.so", "munja_image", err);
}

command *half_command(const char *word, struct error *err)
{
    bool resident = strcmp(word, "worker") == 0;
    char name[64];
    command *found = NULL;
    void *address;

    snprintf(name, sizeof name, "command_%s", word);
    address = symbol(resident ? &worker_object : &deliver_object,
                     resident ? "munja_worker.so" : "munja_deliver.so", name, err);
    /* ISO C has no cast from an object pointer to a function; POSIX promises that the bits are the same. */
    memcpy(&found, &address, sizeof found);
    return found;
}
