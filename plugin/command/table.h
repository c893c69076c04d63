#ifndef MUNJA_COMMAND_TABLE_H
#define MUNJA_COMMAND_TABLE_H

#include <stddef.h>
#include <stdio.h>

/* Print rows under their column heads, aligned for a terminal, where Hangul and Chinese take two cells. The
   last column may be as long as it likes. columns ends with NULL; cell holds the rows one after the other; a
   NULL cell says nothing and is shown as "-". Control characters become blanks. */
void table_print(FILE *out, const char *const *columns, const char *const *cell, size_t rows);

#endif
