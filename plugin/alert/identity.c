/* A name for "this alert for this phone", the same however often the monitor hands it over. */
#include "alert/identity.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* FNV-1a with its published constants for 128 bits. */
__extension__ typedef unsigned __int128 hash128;
#define HASH_START ((hash128)0x6c62272e07bb0142 << 64 | 0x62b821756295c58d)
#define HASH_PRIME ((hash128)0x0000000001000000 << 64 | 0x000000000000013b)

/* Every piece is ended by a byte that no clean value holds, so host "a b" is not host "a" with service "b".
 */
static hash128 hash_piece(hash128 hash, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
        hash = (hash ^ *c) * HASH_PRIME;
    return (hash ^ 0x1f) * HASH_PRIME;
}

/* Monitors write 0 where they have no id or where nothing was checked yet. */
static bool given(const struct alert *alert, const char *name)
{
    const char *value = alert_get(alert, name);

    return value[strspn(value, "0.")] != '\0';
}

static hash128 hash_event(hash128 hash, const struct alert *alert)
{
    static const char *const names[] = { "source", "host",   "service",  "type",   "state",  "id",
                                         "since",  "number", "notified", "author", "comment" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        hash = hash_piece(hash, alert_get(alert, names[i]));
    return hash;
}

static hash128 hash_all(hash128 hash, const struct alert *alert)
{
    for (size_t i = 0; i < alert->fields; i++)
        hash = hash_piece(hash_piece(hash, alert->field[i].name), alert->field[i].value);
    return hash;
}

static void write_hash(hash128 hash, char out[IDENTITY_BYTES])
{
    snprintf(out, IDENTITY_BYTES, "%016llx%016llx", (unsigned long long)(hash >> 64),
             (unsigned long long)hash);
}

void identity_of(const struct alert *alert, const char *recipient, const char *at, struct identity *identity)
{
    bool event = given(alert, "id") || given(alert, "since");
    hash128 hash = hash_piece(HASH_START, event ? "event" : "text");

    hash = event ? hash_event(hash, alert) : hash_all(hash, alert);
    hash = hash_piece(hash, recipient);
    if (at[0] != '\0')
        hash = hash_piece(hash, at);
    write_hash(hash, identity->key);
    identity->lasting = event && (alert_get(alert, "number")[0] != '\0' || given(alert, "notified"));
}

void identity_step(const struct identity *of, int step, struct identity *identity)
{
    char number[16];

    snprintf(number, sizeof number, "%d", step);
    write_hash(hash_piece(hash_piece(hash_piece(HASH_START, "step"), of->key), number), identity->key);
    identity->lasting = true;
}

bool identity_topic(const struct alert *alert, const char *recipient, char topic[IDENTITY_BYTES])
{
    const char *source = alert_get(alert, "source"), *service = alert_get(alert, "service");
    bool by_event = strcmp(source, "zabbix") == 0;
    hash128 hash = hash_piece(hash_piece(HASH_START, "topic"), source);

    /* By hand, a host is not always meant where no service is named. */
    if (by_event ? !given(alert, "id")
                 : alert_get(alert, "host")[0] == '\0'
                       || (service[0] == '\0' && (source[0] == '\0' || strcmp(source, "args") == 0)))
        return false;
    hash = hash_piece(hash_piece(hash, alert_get(alert, "host")), service);
    hash = hash_piece(hash, by_event ? alert_get(alert, "id") : "");
    write_hash(hash_piece(hash, recipient), topic);
    return true;
}
