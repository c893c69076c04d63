#ifndef MUNJA_SETTINGS_GRAMMAR_H
#define MUNJA_SETTINGS_GRAMMAR_H

#include <stdbool.h>

#include "settings/settings.h"

/* Read the whole text into the sections of settings and the keys outside of any section (globals), going on
   behind broken syntax as far as sense can be made. Every fault is added to settings->faults. *broken is the
   first fault of syntax, as "LINE: text"; it stays empty when the syntax is sound. Returns false only when
   memory ran out. The caller clears settings, and globals with section_clear, in any case. */
bool grammar_read(const char *text, struct settings *settings, struct section *globals, struct error *broken,
                  struct error *err);

#endif
