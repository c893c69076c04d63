/* Readable kin of characters that a charset lacks, one at a time. Emoji are told in emoji.c, the letters of
   syllables in hangul.c; composed and compatibility characters come apart by Unicode's own tables. */
#include "text/kin.h"

#include <string.h>
#include <unictype.h>
#include <uninorm.h>

#include "base/utf8.h"
#include "text/hangul.h"

/* Signs which Unicode does not take apart, or not into what people would write. Only such as KS X 1001 lacks;
   what stands for them is ASCII, or in KS X 1001 and so in CP949. */
static const struct {
    const char *kin;
    const char *of;
} signs[] = {
    { "-", "‐‒–—⁃⸺⸻−ー" }, { "_", "‗" },
    { "~", "〜⁓˜≈" },      { "\"", "«»„‟‹›〝〞〟" },
    { "'", "‛‵ʼʻʹ" },      { ",", "‚" },
    { "^", "ˆ" },          { "|", "¦∣" },
    { "||", "‖" },         { "/", "⁄∕" },
    { "\\", "∖" },         { ":", "∶⋮" },
    { "...", "⋯" },        { "*", "•▪▫◾◽⁎∗✱" },
    { "·", "‧∙⋅・" },      { "o", "◦∘" },
    { ">", "‣▸►❯" },       { "<", "◂◄❮" },
    { "[", "〖" },         { "]", "〗" },
    { "(c)", "©" },        { "(p)", "℗" },
    { "e", "℮ə" },         { "f", "ƒ" },
    { "SS", "ẞ" },         { "->", "➔➙➛➜➝➞➟➡➤⟶↪↦" },
    { "<-", "⬅⟵↩↵" },      { "<->", "⟷" },
    { "=>", "⟹" },         { "<=", "⇐⟸≦" },
    { ">=", "≧" },         { "↑", "⬆" },
    { "↓", "⬇" },          { "↔", "⬌" },
    { "▲", "🔺🔼" },         { "▼", "🔻🔽" },
    { "#", "█▓" },         { "■", "◼⬛" },
    { "□", "◻⬜" },         { "●", "⚫⬤" },
    { "○", "⚪◯〇" },       { "★", "⭐🌟" },
    { "♥", "❤" },          { "?", "❓❔" },
    { ":)", "☺" },         { ":(", "☹" },
    { "￠", "¢" },         { "￡", "£₤" },
    { "￥", "¥" },         { "￦", "₩" },
    { "￢", "¬" },         { "￣", "¯" },
    { "RUB", "₽" },      { "INR", "₹" },
    { "VND", "₫" },        { "THB", "฿" },
    { "PHP", "₱" },        { "TRY", "₺" },
    { "UAH", "₴" },        { "BTC", "₿" },
    { "I", "І" },          { "i", "і" },
    { "Е", "Є" },          { "е", "є" },
    { "Г", "Ґ" },          { "г", "ґ" },
};

bool kin_private(uint32_t point)
{
    return uc_is_general_category(point, UC_CATEGORY_Co);
}

bool kin_invisible(uint32_t point)
{
    uint32_t unseen = UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cs;

    return point != '\t'
           && (point > 0x10ffff || uc_is_general_category_withtable(point, unseen)
               || uc_is_property_default_ignorable_code_point(point)
               || uc_is_property_not_a_character(point));
}

static const char *sign_kin(uint32_t point)
{
    char character[5] = "";

    /* Between Kana and the emoji there are none, but most of what is ever lacking. */
    if (point >= 0x3100 && point < 0x1f000)
        return NULL;
    utf8_encode(point, character);
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (strstr(signs[i].of, character) != NULL)
            return signs[i].kin;
    return NULL;
}

static bool blank(uint32_t point)
{
    return point == '\t' || uc_is_general_category(point, UC_CATEGORY_Z);
}

/* A text in the making, with room for one NUL. */
struct kin {
    enum charset charset;
    char text[KIN_BYTES];
    size_t bytes;
};

static bool add(struct kin *kin, const char *bytes, size_t count)
{
    if (count >= KIN_BYTES - kin->bytes)
        return false;
    memcpy(kin->text + kin->bytes, bytes, count);
    kin->bytes += count;
    return true;
}

static bool add_held(struct kin *kin, uint32_t point)
{
    char character[4] = "";
    size_t bytes = utf8_encode(point, character);

    return charset_cost(kin->charset, point) > 0 && add(kin, character, bytes);
}

static bool add_parts(struct kin *kin, uint32_t point);

/* A character or what stands for it; false when there is nothing. */
static bool add_kin(struct kin *kin, uint32_t point)
{
    uint32_t letter[3];
    size_t letters;
    const char *sign;

    if (add_held(kin, point) || kin_invisible(point))
        return true;
    if (blank(point))
        return add(kin, " ", 1);
    if (point >= 0x1f1e6 && point <= 0x1f1ff) /* a flag is a pair of these: 🇰🇷 is KR */
        return add_held(kin, 'A' + (point - 0x1f1e6));
    letters = hangul_letters(point, letter);
    for (size_t i = 0; i < letters; i++)
        if (!add_held(kin, letter[i]))
            return false;
    if (letters > 0)
        return true;
    sign = sign_kin(point);
    if (sign != NULL)
        return add(kin, sign, strlen(sign));
    return uc_is_general_category(point, UC_CATEGORY_M) || add_parts(kin, point);
}

/* Unicode's mappings lead from newer to older characters and so come to an end, the deepest after four steps.
 */
static bool add_parts(struct kin *kin, uint32_t point)
{
    ucs4_t part[UC_DECOMPOSITION_MAX_LENGTH];
    int tag, parts = uc_decomposition(point, &tag, part);

    for (int i = 0; i < parts; i++)
        if (!add_kin(kin, part[i]))
            return false;
    return parts > 0;
}

void kin_of(enum charset charset, uint32_t point, char out[KIN_BYTES])
{
    struct kin kin = { .charset = charset };

    if (!add_kin(&kin, point)) {
        kin.text[0] = '?';
        kin.bytes = 1;
    }
    kin.text[kin.bytes] = '\0';
    memcpy(out, kin.text, kin.bytes + 1);
}
