/* Steps of a route's undelivered, by their words. */
#include "flow/remedy.h"

#include <string.h>

static const char *const names[] = {
    [REMEDY_RETRY] = "retry", [REMEDY_NEXT] = "next-provider", [REMEDY_RECIPIENT] = "recipient"
};

const char *remedy_name(enum remedy_kind kind)
{
    return names[kind];
}

bool remedy_read(const char *text, struct remedy *remedy, struct error *err)
{
    static const char before[] = "recipient:";
    struct remedy read = { .kind = REMEDY_RECIPIENT };

    if (strncmp(text, before, sizeof before - 1) == 0) {
        if (!number_read(text + sizeof before - 1, read.recipient, err))
            return false;
    } else if (strcmp(text, names[REMEDY_RETRY]) == 0)
        read.kind = REMEDY_RETRY;
    else if (strcmp(text, names[REMEDY_NEXT]) == 0)
        read.kind = REMEDY_NEXT;
    else
        return error_set(err, ERROR_SETTINGS, 0, "\"%.40s\" is not retry, next-provider or recipient:NUMBER",
                         text);
    *remedy = read;
    return true;
}
