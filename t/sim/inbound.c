/* Messages from phones, put there by the test: DIR/inbound, one JSON object a line. */
#include "sim/inbound.h"

#include <stdlib.h>
#include <string.h>

#include "sim/account.h"
#include "sim/config.h"
#include "sim/form.h"
#include "sim/journal.h"

const char inbound_help[] = "DIR/inbound, a JSON object on each line, each read once; append to it:\n"
                            "  gateway  \"sms57\", the one that receives\n"
                            "  mobile   who sent it\n"
                            "  content  its text; or stat: it is a report with this code\n"
                            "  mid      the gateway's id (default: a new one)\n"
                            "  time     yyyy-MM-dd HH:mm:ss (default: now)\n";

static struct inbound *queue;
static size_t lines_read;
static struct exchange keeper; /* owns the queue */

static bool add_line(const char *line)
{
    static const char *const keys[] = { "gateway", "mobile", "content", "stat", "mid", "time", NULL };
    struct exchange *x = &keeper;
    struct json_object *object;
    struct inbound *item = exchange_take(x, sizeof *item), **end = &queue;
    const char *value[LENGTH(keys)];
    bool good;

    x->violation = NULL;
    object = read_json(x, line, strlen(line));
    if (object == NULL)
        return false;
    good = check_keys(x, object, keys);
    for (size_t i = 0; keys[i] != NULL; i++) {
        value[i] = object_text(x, object, keys[i]);
        if (value[i] != NULL)
            value[i] = exchange_format(x, "%s", value[i]);
    }
    json_object_put(object);
    if (!good || x->violation != NULL || value[0] == NULL || strcmp(value[0], "sms57") != 0
        || value[1] == NULL || (value[2] == NULL) == (value[3] == NULL))
        return false;
    *item = (struct inbound){ .report = value[3] != NULL,
                              .mobile = value[1],
                              .text = value[3] != NULL ? value[3] : value[2],
                              .mid = value[4],
                              .time = value[5] };
    if (item->mid == NULL)
        item->mid = exchange_format(x, "4C366543%08lX", serial_next());
    if (item->time == NULL)
        item->time = china_time(x, config_now());
    while (*end != NULL)
        end = &(*end)->next;
    *end = item;
    return true;
}

static void refresh(void)
{
    static struct stat seen;
    size_t bytes, at = 0;
    char *file, *rest = NULL, *line;

    if (!file_changed(journal_dir, "inbound", &seen))
        return;
    file = file_read(journal_dir, "inbound", &bytes);
    for (line = file == NULL ? NULL : strtok_r(file, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest), at++) {
        if (at < lines_read)
            continue;
        lines_read++;
        if (!add_line(line))
            journal_complain("inbound: a line makes no sense");
    }
    free(file);
}

const struct inbound *inbound_take(bool report)
{
    struct inbound **at = &queue, *item;

    refresh();
    while (*at != NULL && (*at)->report != report)
        at = &(*at)->next;
    item = *at;
    if (item != NULL)
        *at = item->next;
    return item;
}
