/* A reply as data; filled by the transport or by a test. */
#include "http/reply.h"

#include <stdlib.h>

void reply_clear(struct reply *reply)
{
    free(reply->body);
    *reply = (struct reply){ 0 };
}
