/* The first half of the way: an alert becomes a record for each recipient. Needs the store only. */
#include "flow/accept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "base/utf8.h"
#include "settings/business.h"

bool accept_records(const struct settings *settings, const struct alert *alert, const struct numbers *numbers,
                    const struct wish *wish, struct record **records, struct error *err)
{
    struct record *made = calloc(numbers->count, sizeof *made);
    bool answerable = business_has(settings, alert_get(alert, "source"), alert_get(alert, "host"));

    if (made == NULL)
        return error_memory(err);
    for (size_t i = 0; i < numbers->count; i++) {
        memcpy(made[i].recipient, numbers->number[i], sizeof made[i].recipient);
        made[i].alert = *alert;
        made[i].wish = *wish;
        made[i].answerable = answerable;
        made[i].created_ms = made[i].due_ms = now_ms();
        identity_of(alert, made[i].recipient, wish->at, &made[i].identity);
    }
    *records = made;
    return true;
}

bool accept_has_work(const struct record *records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (records[i].leased)
            return true;
    return false;
}

static enum situation situation_of(const struct record *record)
{
    switch (record->state) {
    case RECORD_ACCEPTED:
        return SITUATION_HANDLED;
    case RECORD_MERGED:
        return SITUATION_MERGED;
    case RECORD_REFUSED:
        return SITUATION_REFUSED;
    case RECORD_HELD:
        return SITUATION_HELD;
    case RECORD_DEAD:
        return SITUATION_DEAD;
    case RECORD_WAITING:
        break;
    }
    /* Nobody has finished an attempt and this process has not got the lease: somebody else is at it. */
    return record->found && !record->leased && (record->tries == 0 || strcmp(record->outcome, "begun") == 0)
               ? SITUATION_UNDERWAY
               : SITUATION_WAITING;
}

void accept_tell(const struct record *record, struct told *told)
{
    *told = (struct told){ .record = record->id, .situation = situation_of(record) };
    UTF8_COPY(told->recipient, record->recipient);
    /* One that was merged was accepted nowhere by itself. */
    if (told->situation != SITUATION_MERGED)
        UTF8_COPY(told->provider, record->provider);
    UTF8_COPY(told->reference, record->reference);
    if (situation_state(told->situation) > 0)
        snprintf(told->reason, sizeof told->reason, "%s%s%s", record->code,
                 record->code[0] != '\0' ? ", " : "", record->meaning);
}
