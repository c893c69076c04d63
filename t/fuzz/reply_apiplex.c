#include "fuzz/reply.h"

FUZZ_REPLY(api_apiplex)
