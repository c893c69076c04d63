/* Emoji and dingbats as words, for charsets that have none of them. */
#include "text/emoji.h"

#include <stdbool.h>
#include <string.h>
#include <unictype.h>

#include "base/utf8.h"

static const struct {
    const char *word;
    const char *of;
} words[] = {
    { "v", "✓✔☑" },
    { "x", "✗✘✕✖☒❌❎" },
    { "!", "⚠❗❕" },
    { "ok", "✅👌" },
    { "OK", "🆗" },
    { "NG", "🆖" },
    { "SOS", "🆘" },
    { "UP!", "🆙" },
    { "new", "🆕" },
    { "free", "🆓" },
    { "red", "🔴🟥" },
    { "orange", "🟠🟧" },
    { "yellow", "🟡🟨" },
    { "green", "🟢🟩" },
    { "blue", "🔵🟦" },
    { "purple", "🟣🟪" },
    { "brown", "🟤🟫" },
    { "alarm", "🚨" },
    { "fire", "🔥🧯" },
    { "crash", "💥" },
    { "bomb", "💣" },
    { "dead", "💀☠" },
    { "stop", "⛔🛑⏹✋" },
    { "no", "🚫" },
    { "pause", "⏸" },
    { "works", "🚧" },
    { "repair", "🔧🛠🔨" },
    { "again", "🔄🔁♻" },
    { "launch", "🚀" },
    { "bell", "🔔" },
    { "muted", "🔕🔇" },
    { "notice", "📢📣" },
    { "hint", "💡" },
    { "look", "👀" },
    { "search", "🔍🔎" },
    { "good", "👍" },
    { "bad", "👎" },
    { "thanks", "🙏" },
    { "clock", "⏰🕐🕑🕒🕓🕔🕕🕖🕗🕘🕙🕚🕛" },
    { "time", "⏱⌚" },
    { "wait", "⏳⌛" },
    { "date", "📅📆" },
    { "rise", "📈" },
    { "fall", "📉" },
    { "chart", "📊" },
    { "list", "📋" },
    { "note", "📌📝" },
    { "mail", "✉📧📨📩" },
    { "call", "📞" },
    { "phone", "📱" },
    { "signal", "📶" },
    { "link", "🔗" },
    { "net", "🌐" },
    { "user", "👤" },
    { "users", "👥" },
    { "disk", "💾💽" },
    { "pc", "💻🖥" },
    { "package", "📦" },
    { "deleted", "🗑" },
    { "key", "🔑" },
    { "locked", "🔒🔐" },
    { "open", "🔓" },
    { "battery", "🔋🪫" },
    { "plug", "🔌" },
    { "power", "⚡" },
    { "temp", "🌡" },
    { "cold", "❄🥶" },
    { "hot", "🥵" },
    { "water", "💧🌊" },
    { "idle", "💤" },
    { "slow", "🐌🐢" },
    { "bug", "🐛" },
    { "100", "💯" },
};

/* Emoji to come are not yet symbols to the library, but their blocks are known. Flags are letters: kin.c. */
static bool symbol(uint32_t point)
{
    if (point >= 0x1f000 && point < 0x1fb00)
        return point < 0x1f1e6 || point > 0x1f1ff;
    return point >= 0x2000 && uc_is_general_category(point, UC_CATEGORY_S);
}

const char *emoji_word(uint32_t point)
{
    char character[5] = "";

    if (!symbol(point))
        return NULL;
    utf8_encode(point, character);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(words[i].of, character) != NULL)
            return words[i].word;
    return NULL;
}

/* Variation selectors, the key cap, skin tones and the tags of a region's flag. */
static bool modifies(uint32_t point)
{
    return point == 0xfe0e || point == 0xfe0f || point == 0x20e3 || (point >= 0x1f3fb && point <= 0x1f3ff)
           || (point >= 0xe0020 && point <= 0xe007f);
}

size_t emoji_span(const char *text, size_t bytes)
{
    uint32_t point = 0;
    size_t span = utf8_decode(text, bytes, &point);

    if (!symbol(point))
        return span;
    for (;;) {
        size_t length = utf8_decode(text + span, bytes - span, &point);
        if (length == 0)
            return span;
        if (point == 0x200d) {
            size_t joined = utf8_decode(text + span + length, bytes - span - length, &point);
            if (joined > 0 && symbol(point))
                length += joined;
        } else if (!modifies(point)) {
            return span;
        }
        span += length;
    }
}
