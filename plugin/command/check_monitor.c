/* Whether monitors can be told what munja has to tell them. */
#include "command/check.h"

#include "after/telling.h"
#include "base/now.h"
#include "command/options.h"

/* Each has so long: one that hangs is no reason to say nothing of the others. */
#define MONITOR_MS 10000

static void say_disabled(const struct desk *desk, const char *name, struct report *report)
{
    for (size_t i = 0; i < desk->plan.monitors; i++)
        if (desk->plan.monitor[i].name == name)
            return;
    report_say(report, EXIT_WARNING, "%s: disabled by a fault of the configuration", name);
}

void check_monitors(const struct desk *desk, struct report *report)
{
    for (size_t i = 0; i < desk->plan.monitors; i++) {
        const struct monitor *monitor = &desk->plan.monitor[i];
        struct monitor_word word;

        telling_test(&desk->session.courier, monitor, now_steady_ms() + MONITOR_MS, &word);
        report_say(report, word.verdict == MONITOR_DONE ? EXIT_OK : EXIT_WARNING, "%s: %s", monitor->name,
                   word.said);
    }
    for (size_t i = 0; i < desk->settings.monitors.count; i++)
        say_disabled(desk, desk->settings.monitors.section[i].name, report);
}
