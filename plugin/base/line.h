#ifndef MUNJA_BASE_LINE_H
#define MUNJA_BASE_LINE_H

#include <stddef.h>

/* Copy foreign text so that it can stand on a line that people, logs and databases read: valid UTF-8 (other
   bytes become "?"), control characters blanks, whole phone numbers masked however they are written. Cut at a
   character's border when room (with the NUL) is short. Returns the length. out may not overlap text. */
size_t line_copy(char *out, size_t room, const char *text);

#endif
