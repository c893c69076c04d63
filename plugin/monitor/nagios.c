/* Nagios Core 4 and Naemon, and what else takes their external commands: by the command file alone, which
   tells nothing back. */
#include "monitor/type.h"

static const struct setting *const keys[] = { monitor_file_keys, monitor_result_keys, NULL };

const struct monitor_type monitor_nagios = {
    .name = "nagios",
    .by_file = true,
    .takes_results = true,
    .keys = keys,
};
