#include "fuzz/reply.h"

FUZZ_REPLY(api_sms57)
