/* munja.conf, from the file to a plain struct. What the sections' keys mean is left to those who use them. */
#include "settings/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/network.h"
#include "settings/grammar.h"

#define FILE_BYTES_MAX (1024 * 1024)

/* Keys outside of any section. */
static const struct setting global_keys[] = {
    { "store", SETTING_TEXT, "SQLite file of accepted alerts", MUNJA_STORE, NULL },
    { "timeout", SETTING_DURATION, "one notify, everything included", "20", NULL },
    { "duplicate_window", SETTING_DURATION, "how long the same text counts as the same alert", "10m", NULL },
    { "keep", SETTING_DURATION, "how long finished records stay", "30d", NULL },
    { "listen", SETTING_TEXT, "address and port for webhooks, health and metrics", NULL, NULL },
    { "receipt_wait", SETTING_DURATION, "how long a receipt may be missing", NULL, NULL },
    { "reply_help", SETTING_BOOL, "whether a reply that does nothing is answered", "true", NULL },
    { 0 },
};

const char *settings_path(const char *option, const char *environment)
{
    if (option != NULL)
        return option;
    return environment != NULL && *environment != '\0' ? environment : MUNJA_CONFIG;
}

char *settings_beside(const char *settings_path, const char *file)
{
    const char *slash = strrchr(settings_path, '/');
    size_t folder = *file == '/' || slash == NULL ? 0 : (size_t)(slash - settings_path) + 1;
    size_t bytes = strlen(file) + 1;
    char *path = malloc(folder + bytes);

    if (path == NULL)
        return NULL;
    memcpy(path, settings_path, folder);
    memcpy(path + folder, file, bytes);
    return path;
}

/* The whole file: its bytes in *text, which the caller frees, NUL behind them. */
static bool read_file(const char *path, char **text, size_t *bytes, bool *exposed, struct error *err)
{
    /* Without waiting for somebody to open the other end of a pipe. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    char *data = NULL;
    struct stat st;
    bool read_all = false;
    size_t have = 0, size;
    ssize_t got = 0;

    if (fd < 0 || fstat(fd, &st) != 0) {
        error_set(err, ERROR_SETTINGS, errno, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (!S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX) {
        error_set(err, ERROR_SETTINGS, 0, "%s: %s", path,
                  S_ISREG(st.st_mode) ? "larger than 1 MiB" : "not a regular file");
        goto out;
    }
    size = (size_t)st.st_size;
    data = malloc(size + 1);
    if (data == NULL) {
        error_memory(err);
        goto out;
    }
    while (have < size && (got = read(fd, data + have, size - have)) > 0)
        have += (size_t)got;
    if (got < 0) {
        error_set(err, ERROR_SETTINGS, errno, "%s: %s", path, strerror(errno));
        goto out;
    }
    data[have] = '\0';
    *text = data;
    *bytes = have;
    *exposed = (st.st_mode & S_IROTH) != 0;
    data = NULL;
    read_all = true;
out:
    free(data);
    if (fd >= 0)
        close(fd);
    return read_all;
}

/* What editors leave: a byte order mark, and CR in front of the line break. */
static bool tidy(char *text, size_t bytes, const char *path, struct error *err)
{
    size_t from = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, to = 0;
    int line = 1;

    for (; from < bytes; from++) {
        if (text[from] == '\0')
            return error_set(err, ERROR_SETTINGS, 0, "%s:%d: a NUL byte: this is not a text file", path,
                             line);
        line += text[from] == '\n';
        if (text[from] != '\r' || text[from + 1] != '\n')
            text[to++] = text[from];
    }
    text[to] = '\0';
    return true;
}

/* A global time in its bounds, or a fault and the default, if it has one. */
static bool read_time(const struct section *globals, const char *key, int least, int most, int *seconds,
                      struct faults *faults, struct error *err)
{
    const struct entry *entry = section_entry(globals, key);
    const char *fallback = section_text(&(struct section){ 0 }, global_keys, key);

    if (entry != NULL && entry->values == 1 && duration_read(entry->value[0], seconds)) {
        if (*seconds >= least && *seconds <= most)
            return true;
        if (!faults_add(faults, entry->line, err, "%s must be from %d to %d seconds", key, least, most))
            return false;
    }
    *seconds = 0;
    return fallback == NULL || duration_read(fallback, seconds);
}

static bool read_listen(struct settings *settings, const struct section *globals, struct error *err)
{
    const char *listen = section_text(globals, global_keys, "listen");
    struct network_endpoint endpoint;

    if (listen == NULL || *listen == '\0')
        return true;
    if (!network_endpoint(listen, &endpoint))
        return faults_add(&settings->faults, section_entry(globals, "listen")->line, err,
                          "listen must be an address and a port, as in 127.0.0.1:8057 or [::1]:8057");
    settings->listen = strdup(listen);
    return settings->listen != NULL || error_memory(err);
}

static bool finish(struct settings *settings, const struct section *globals, struct error *err)
{
    static const struct setting *const global_tables[] = { global_keys, NULL };
    const char *store = section_text(globals, global_keys, "store");
    bool usable;

    if (!bool_read(section_text(globals, global_keys, "reply_help"), &settings->reply_help))
        settings->reply_help = true; /* the fault is told below */
    settings->store = strstr(store, "://") == NULL ? settings_beside(settings->path, store) : strdup(store);
    if (settings->store == NULL)
        return error_memory(err);
    if (!section_check(globals, NULL, global_tables, &settings->faults, &usable, err))
        return false;
    if ((*store == '\0' || strstr(store, "://") != NULL)
        && !faults_add(&settings->faults, section_entry(globals, "store")->line, err,
                       "store must be the path of a file: databases elsewhere are not built in"))
        return false;
    return read_listen(settings, globals, err)
           && read_time(globals, "timeout", 1, 3600, &settings->timeout_s, &settings->faults, err)
           && read_time(globals, "duplicate_window", 0, INT_MAX, &settings->duplicate_window_s,
                        &settings->faults, err)
           && read_time(globals, "keep", 1, INT_MAX, &settings->keep_s, &settings->faults, err)
           && read_time(globals, "receipt_wait", 1, INT_MAX, &settings->receipt_wait_s, &settings->faults,
                        err);
}

bool settings_load(const char *path, struct settings *settings, struct error *err)
{
    struct section globals = { 0 };
    struct error broken = { 0 };
    char *text = NULL;
    size_t bytes = 0;
    bool loaded = false;

    *settings = (struct settings){ 0 };
    settings->path = strdup(path);
    if (settings->path == NULL) {
        error_memory(err);
        goto out;
    }
    if (!read_file(path, &text, &bytes, &settings->exposed, err) || !tidy(text, bytes, path, err)
        || !grammar_read(text, settings, &globals, &broken, err) || !finish(settings, &globals, err))
        goto out;
    faults_sort(&settings->faults);
    loaded = broken.kind == ERROR_NONE || error_set(err, ERROR_SETTINGS, 0, "%s:%s", path, broken.text);
out:
    section_clear(&globals);
    if (text != NULL)
        explicit_bzero(text, bytes);
    free(text);
    return loaded;
}

void settings_clear(struct settings *settings)
{
    free(settings->path);
    free(settings->store);
    free(settings->listen);
    sections_clear(&settings->providers);
    sections_clear(&settings->routes);
    sections_clear(&settings->templates);
    sections_clear(&settings->monitors);
    faults_clear(&settings->faults);
    *settings = (struct settings){ 0 };
}
