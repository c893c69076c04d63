/* Any text as Zabbix' subject and message (the first line break parts them): read, checked, and never with a
   recipient in it. */
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "alert/source.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char *subject = calloc(1, size + 1), *message;
    struct input input = { 0 };
    struct alert alert = { 0 };
    struct error err = { 0 };

    memcpy(subject, data, size);
    message = strchr(subject, '\n');
    if (message != NULL)
        *message++ = '\0';
    input.subject = subject;
    input.message = message;
    must(source_read(SOURCE_ZABBIX, &input, &alert, &err));
    must(strcmp(alert_get(&alert, "source"), "zabbix") == 0);
    must(alert_get(&alert, "to")[0] == '\0');
    must(alert_get(&alert, "status")[0] == '\0' && alert_get(&alert, "action")[0] == '\0');
    if (alert_check(&alert, &err))
        must(alert_get(&alert, "type")[0] != '\0');
    alert_clear(&alert);
    free(subject);
    return 0;
}
