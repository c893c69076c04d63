/* The executable's stand-in for alert/nfc.c, which lives in the delivering half. */
#include "alert/nfc.h"

#include "base/log.h"
#include "flow/deliver.h"
#include "flow/halves.h"

bool nfc_text(const char *text, size_t bytes, struct buf *out, struct error *err)
{
    struct error fault = { 0 };
    const struct deliver_half *half = half_deliver(&fault);

    if (half != NULL)
        return half->nfc(text, bytes, out, err);
    /* Installed badly: the alert is kept for a munja that is not, in the words it came in. */
    log_line(LOG_LEVEL_ERROR, "text=kept fault=\"%s\"", fault.text);
    return buf_add(out, text, bytes) || error_memory(err);
}
