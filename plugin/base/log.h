#ifndef MUNJA_BASE_LOG_H
#define MUNJA_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Where finished lines go: the door decides. The line has no newline. NULL (the start) drops everything. */
typedef void log_sink(enum log_level level, const char *line);
void log_to(log_sink *sink, enum log_level most);

/* One line, key=value. Control bytes become blanks. No secret, no whole phone number: mask_number. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
