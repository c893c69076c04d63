/* The arithmetic of Hangul syllables (The Unicode Standard, 3.12). */
#include "text/hangul.h"

#define SYLLABLE 0xac00
#define INITIAL  0x1100
#define MEDIAL   0x1161
#define FINAL    0x11a8
#define INITIALS 19
#define MEDIALS  21
#define FINALS   27 /* a syllable without a final is not among them */

/* The letters that stand alone come in dictionary order, initials and finals mixed; medials run from U+314F.
 */
static const uint16_t initials[INITIALS] = { 0x3131, 0x3132, 0x3134, 0x3137, 0x3138, 0x3139, 0x3141,
                                             0x3142, 0x3143, 0x3145, 0x3146, 0x3147, 0x3148, 0x3149,
                                             0x314a, 0x314b, 0x314c, 0x314d, 0x314e };
static const uint16_t finals[FINALS] = { 0x3131, 0x3132, 0x3133, 0x3134, 0x3135, 0x3136, 0x3137,
                                         0x3139, 0x313a, 0x313b, 0x313c, 0x313d, 0x313e, 0x313f,
                                         0x3140, 0x3141, 0x3142, 0x3144, 0x3145, 0x3146, 0x3147,
                                         0x3148, 0x314a, 0x314b, 0x314c, 0x314d, 0x314e };
#define MEDIAL_LETTER 0x314f

size_t hangul_letters(uint32_t point, uint32_t letter[3])
{
    size_t count = 0;
    uint32_t index = point - SYLLABLE;

    if (point >= SYLLABLE && index < INITIALS * MEDIALS * (FINALS + 1)) {
        uint32_t final = index % (FINALS + 1);
        letter[count++] = initials[index / (FINALS + 1) / MEDIALS];
        letter[count++] = MEDIAL_LETTER + index / (FINALS + 1) % MEDIALS;
        if (final > 0)
            letter[count++] = finals[final - 1];
    } else if (point >= INITIAL && point < INITIAL + INITIALS) {
        letter[count++] = initials[point - INITIAL];
    } else if (point >= MEDIAL && point < MEDIAL + MEDIALS) {
        letter[count++] = MEDIAL_LETTER + (point - MEDIAL);
    } else if (point >= FINAL && point < FINAL + FINALS) {
        letter[count++] = finals[point - FINAL];
    }
    return count;
}
