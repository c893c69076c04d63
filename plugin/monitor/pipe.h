#ifndef MUNJA_MONITOR_PIPE_H
#define MUNJA_MONITOR_PIPE_H

#include "monitor/type.h"

/* Put a line, of PIPE_BUF bytes at most, into the command file of a monitor that runs: whole or not at all,
   and without waiting. line NULL only tests whether that could be done. The word says what came of it: a
   monitor that does not run is MONITOR_LATER, and so is what may still become a pipe. */
void pipe_tell(const char *path, const struct buf *line, struct monitor_word *word);

#endif
