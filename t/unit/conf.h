#ifndef MUNJA_T_UNIT_CONF_H
#define MUNJA_T_UNIT_CONF_H

/* For tests that read configuration files: a folder of their own, and faults as text. */

#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "settings/settings.h"

static char conf_folder[] = "/tmp/munja-conf-XXXXXX";

/* Group setup and teardown. */
static inline int conf_make(void **state)
{
    (void)state;
    return mkdtemp(conf_folder) == NULL;
}

static inline int conf_remove(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -r %s", conf_folder);
    return system(command);
}

/* The path of a file in the folder; valid until the next call but three. */
static inline const char *conf_path(const char *name)
{
    static char path[4][64];
    static unsigned at;
    char *here = path[at++ % 4];

    snprintf(here, sizeof path[0], "%s/%s", conf_folder, name);
    return here;
}

static inline const char *conf_write_bytes(const char *name, const char *text, size_t bytes, int mode)
{
    const char *path = conf_path(name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, (mode_t)mode), 0);
    return path;
}

static inline const char *conf_write(const char *name, const char *text, int mode)
{
    return conf_write_bytes(name, text, strlen(text), mode);
}

/* "LINE: text\n" for each. */
static inline char *conf_faults(const struct faults *faults)
{
    struct buf all = { 0 };

    for (size_t i = 0; i < faults->count; i++)
        assert_true(buf_format(&all, "%d: %s\n", faults->fault[i].line, faults->fault[i].text));
    return buf_take(&all);
}

#endif
