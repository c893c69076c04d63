#ifndef MUNJA_TEXT_ROOM_H
#define MUNJA_TEXT_ROOM_H

#include <stdbool.h>

#include "text/fit.h"

/* What one text of a kind can hold at a provider, in units of its charset. */
struct room {
    enum charset charset;
    enum kind kind;
    int single;              /* one message */
    int joined, joined_most; /* each of its joined parts, and how many; 0: it stays one message */
};

/* The kind that was asked for, or the cheapest that holds a text of that cost, as fit_text promises. */
struct room room_of(enum kind asked, const struct text_limits *limits, long cost);

/* The parts that a text makes, whose characters the charset holds: 1 when it fits one message. Each joined
   part is filled as far as its last character goes in whole. */
int room_parts(const struct room *room, const char *text);

/* Whether the text, of that cost, goes in. */
bool room_holds(const struct room *room, const char *text, long cost);

/* The cost that any shortening of this text may have and surely go in, wherever its characters then lie. */
int room_size(const struct room *room, const char *text);

/* The limit to tell people about a text that makes so many parts. */
int room_limit(const struct room *room, int parts);

#endif
