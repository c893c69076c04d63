#ifndef MUNJA_TEXT_FIT_H
#define MUNJA_TEXT_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "text/charset.h"
#include "text/template.h"

enum kind { KIND_AUTO, KIND_SMS, KIND_LMS, KIND_MMS };
bool kind_named(const char *word, enum kind *kind); /* auto, sms, lms, mms in any case */
const char *kind_name(enum kind kind);              /* "sms" */

enum overflow { OVERFLOW_SHRINK, OVERFLOW_SPLIT };

/* What one provider can hold, in the units of its charset (bytes in Korea, UTF-16 units in China). A size of
   0 means that the provider has no such kind. */
struct text_limits {
    enum charset charset;
    int sms;     /* one short message */
    int lms;     /* one long message */
    int mms;     /* text of a message with an image */
    int subject; /* title of lms and mms */
    int joined;  /* units of each part when a text longer than sms goes out as joined parts; 0: it does not */
    int joined_most; /* parts at most */
};

/* Every longer text is cut into at most so many messages when overflow is split. */
#define FIT_MESSAGES_MAX 9

struct fitted {
    enum kind kind;
    char *subject; /* title for lms and mms, within limits->subject; "" for sms */
    char **text;   /* one, or several when split ("(1/3) …"); UTF-8, every character held by the charset */
    size_t texts;
    int cost;        /* of the costliest text, signature included */
    int limit;       /* what that text may cost */
    int parts;       /* joined parts that the gateway will bill for one text; 1 otherwise */
    bool cut;        /* something was left out of the texts */
    size_t replaced; /* characters replaced by kin */
};

/* Make a rendered text fit. kind KIND_AUTO takes the cheapest kind that holds the whole text, else the
   largest. A kind that the provider lacks falls to the largest below it, at least sms. signature (NULL or "")
   stands in front of each text and counts. When even the kind is too small: OVERFLOW_SHRINK shortens the
   elastic pieces, the longest first, at grapheme borders and with the mark "..", so that the rest arrives
   whole; only if the rest alone overflows is the end cut. The title is made of subject the same way:
   replaced, on one line, cut. Pure. The caller clears. */
bool fit_text(const struct rendered *rendered, const char *subject, const char *signature,
              const struct text_limits *limits, enum kind kind, enum overflow overflow, struct fitted *fitted,
              struct error *err);
void fitted_clear(struct fitted *fitted);

#endif
