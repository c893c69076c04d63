#ifndef MUNJA_SETTINGS_SETTINGS_H
#define MUNJA_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* One key of a section as the file says it. */
struct entry {
    char *key;
    char **value; /* one, or those of a list */
    size_t values;
    int line;
};

/* provider "joa" { … }, route "night" { … }, template, monitor. In the order of the file. */
struct section {
    char *name;
    int line; /* of its first line */
    struct entry *entry;
    size_t entries;
    bool broken; /* something in it could not be read: section_check finds it unusable */
};

struct sections {
    struct section *section;
    size_t count;
};

/* A fault of the file that does not make the whole unusable. */
struct fault {
    int line;
    char *text; /* without the "FILE:LINE: " in front */
};

struct faults {
    struct fault *fault;
    size_t count;
};

/* munja.conf as a plain struct. Global values have their defaults filled in. */
struct settings {
    char *path;  /* of the file, for messages */
    char *store; /* path of the SQLite file, or a postgresql:// URL */
    int timeout_s;
    int duplicate_window_s;
    int keep_s;
    int receipt_wait_s; /* 0: none is set */
    char *listen;       /* "127.0.0.1:8057", as network_endpoint reads it; NULL: nowhere */
    bool reply_help;
    bool exposed; /* others may read the file: no place for secrets */
    struct sections providers, routes, templates, monitors;
    struct faults faults; /* found while reading: unknown keys, bad values, double names; sorted by line */
};

/* What kind of value a key takes; one of the types, or'ed with the marks. */
enum {
    SETTING_TEXT = 0,
    SETTING_NUMBER = 1,   /* whole, 0 or more */
    SETTING_BOOL = 2,     /* true/false, yes/no, on/off */
    SETTING_DURATION = 3, /* seconds, or with s, m, h, d */
    SETTING_TYPE = 15,
    SETTING_REQUIRED = 16,
    SETTING_SECRET = 32, /* told of when it stands in a file that others may read */
    SETTING_LIST = 64,
};

/* A table of keys, ended by a zeroed entry: a driver has one, and each kind of section. */
struct setting {
    const char *name;
    int flags;
    const char *help;     /* what it is for, in messages about a key that is missing or misspelt */
    const char *fallback; /* the value when the key is absent; NULL: none */
    const char *words;    /* "md5|sha256|sha512": the only values allowed; NULL: any */
};

/* Where the configuration is: option (-f) if not NULL, else $MUNJA_CONFIG, else the default path. */
const char *settings_path(const char *option, const char *environment);

/* Read and parse. Fails (ERROR_SETTINGS, "FILE:LINE: …") only when the file cannot be read or its syntax is
   broken; faults of single keys and sections are collected instead. Even after broken syntax settings holds
   what could be read, and faults all that was found, for munja config check. The caller clears in any case.
   Values are what the file says: nothing is taken from the environment. */
bool settings_load(const char *path, struct settings *settings, struct error *err);
void settings_clear(struct settings *settings);

/* The value of a key, or its fallback in table (which may be NULL), or NULL. */
const char *section_text(const struct section *section, const struct setting *table, const char *key);
const struct entry *section_entry(const struct section *section, const char *key);

/* "90", "15m", "12h", "30d" to seconds; false when it is no duration or does not fit an int. */
bool duration_read(const char *text, int *seconds);
bool bool_read(const char *text, bool *value);
bool number_setting_read(const char *text, int *value);

/* Check a section against several tables together (common keys, the driver's keys): unknown keys (the message
   names those allowed or the closest), wrong types, words not allowed, missing required ones. Each fault is
   added with its line, the texts starting with `KIND "NAME": `. Returns whether the section can be used. */
bool section_check(const struct section *section, const char *kind, const struct setting *const *tables,
                   struct faults *faults, bool *usable, struct error *err);

/* The path of a file named in the configuration: a relative one stands beside the configuration file. The
   caller frees; NULL when memory ran out. */
char *settings_beside(const char *settings_path, const char *file);

void section_clear(struct section *section);
void sections_clear(struct sections *sections);

/* Take a secret from a file beside the configuration file: relative paths are relative to it; refused when it
   is not a regular file, too large, empty or readable by others; the trailing line break is dropped. The
   error says which file and why. The caller frees. */
char *secret_load(const char *settings_path, const char *file, struct error *err);

bool faults_add(struct faults *faults, int line, struct error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void faults_sort(struct faults *faults);
void faults_clear(struct faults *faults);

#endif
