/* Loaded before munja itself: of the allocations that its own objects make, the one whose turn MEMORY_TURN
   names fails, and the file MEMORY_TOLD is made. What libraries allocate never fails. Nothing here may
   allocate. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

static bool is_munja(const void *caller)
{
    Dl_info info;
    const char *slash;

    if (dladdr(caller, &info) == 0 || info.dli_fname == NULL)
        return false;
    slash = strrchr(info.dli_fname, '/');
    return strncmp(slash == NULL ? info.dli_fname : slash + 1, "munja", 5) == 0;
}

static bool fails(const void *caller)
{
    static unsigned long turn, made;
    static bool began;
    const char *told;
    int fd;

    if (!began) {
        began = true;
        turn = getenv("MEMORY_TURN") == NULL ? 0 : strtoul(getenv("MEMORY_TURN"), NULL, 10);
    }
    if (turn == 0 || made == turn || !is_munja(caller) || ++made != turn)
        return false;
    told = getenv("MEMORY_TOLD");
    fd = told == NULL ? -1 : open(told, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, bytes);
}

static char *copy(const char *text, size_t bytes)
{
    char *made = __libc_malloc(bytes + 1);

    if (made == NULL)
        return NULL;
    memcpy(made, text, bytes);
    made[bytes] = '\0';
    return made;
}

char *strdup(const char *text)
{
    return fails(__builtin_return_address(0)) ? NULL : copy(text, strlen(text));
}

char *strndup(const char *text, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : copy(text, strnlen(text, bytes));
}
