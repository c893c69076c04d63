/* A short message has room for 90 bytes of Korean or 70 signs of Chinese: what went wrong stands first, then
   what to write instead. */
#include "after/help.h"

#include <string.h>

#include "base/utf8.h"

enum language { KOREAN, CHINESE, ENGLISH, LANGUAGES };

/* 1: the code, 2: where, 3: who, 4: how many. */
static const char *const sentences[][LANGUAGES] = {
    [HELP_UNKNOWN] = { "%1: 없는 코드입니다.", "%1：没有这个代码。", "%1: no such code." },
    [HELP_OLD] = { "%1 %2: 기한이 지난 코드입니다.", "%1 %2：代码已过期。", "%1 %2: the code has expired." },
    [HELP_OVER] = { "%1 %2: 이미 복구되었습니다.", "%1 %2：已恢复。", "%1 %2: has recovered." },
    [HELP_TAKEN] = { "%1 %2: 이미 확인되었습니다 (%3).", "%1 %2：已由%3确认。",
                     "%1 %2: acknowledged already, by %3." },
    [HELP_SEVERAL] = { "열린 장애가 %4건입니다.", "有%4个未恢复的故障。", "%4 problems are open." },
    [HELP_NONE] = { "확인할 장애가 없습니다.", "没有需要确认的故障。", "Nothing is open." },
    [HELP_UNCLEAR] = { "이해하지 못했습니다.", "无法识别。", "Not understood." },
    [HELP_LOST] = { "%1 %2: 모니터에 전하지 못해 확인되지 않았습니다.", "%1 %2：无法通知监控系统，尚未确认。",
                    "%1 %2: not acknowledged, the monitor could not be told." },
};
static const char *const how[LANGUAGES] = { " 답장 예: ACK %1 - ", "请回复“ACK %1”：", " Answer ACK %1: " };

static enum language language_of(const char *phone)
{
    if (phone[0] != '+' || strncmp(phone, "+82", 3) == 0)
        return KOREAN;
    return strncmp(phone, "+86", 3) == 0 ? CHINESE : ENGLISH;
}

/* At most so many bytes. */
static bool add_some(struct buf *text, const char *value, size_t most)
{
    return buf_add(text, value, utf8_border(value, strlen(value), most));
}

static bool add_sentence(struct buf *text, const char *sentence, const char *code,
                         const struct problem *about, size_t count)
{
    bool added = true;

    for (const char *at = sentence; added && *at != '\0'; at++) {
        if (*at != '%')
            added = buf_char(text, *at);
        else if (*++at == '1')
            added = buf_str(text, code);
        else if (*at == '2')
            added = add_some(text, about->place, 40);
        else if (*at == '3')
            added = add_some(text, about->taken_by[0] == '\0' ? "?" : about->taken_by, 30);
        else
            added = buf_format(text, "%zu", count);
    }
    return added;
}

/* All codes are to be seen, so the names of many are short. */
static bool add_list(struct buf *text, const struct problem *open, size_t count)
{
    size_t listed = count < HELP_LISTED ? count : HELP_LISTED;
    bool added = true;

    for (size_t i = 0; added && i < listed; i++)
        added = buf_format(text, "%s%s ", i > 0 ? ", " : "", open[i].code)
                && add_some(text, open[i].place, 40 / listed - 6);
    return added && (count == listed || buf_format(text, " +%zu", count - listed));
}

bool help_write(enum help help, const char *phone, const char *code, const struct problem *about,
                const struct problem *open, size_t count, struct buf *text, struct error *err)
{
    enum language language = language_of(phone);
    bool lists = help == HELP_UNKNOWN || help == HELP_SEVERAL || help == HELP_UNCLEAR;
    struct buf made = { 0 };
    bool written;

    written = add_sentence(&made, sentences[help][language], code, about, count);
    if (lists && count > 0)
        written = written && add_sentence(&made, how[language], open[0].code, about, count)
                  && add_list(&made, open, count);
    written = (written && buf_add(text, buf_text(&made), made.len)) || error_memory(err);
    buf_clear(&made);
    return written;
}

bool help_text(const struct plan *plan, const struct reply_kept *reply, const char *id, const char *words,
               struct record *text, struct error *err)
{
    const struct provider *provider = plan_provider(plan, reply->provider);

    UTF8_COPY(text->recipient, reply->sender);
    UTF8_COPY(text->wish.kind, kind_name(KIND_SMS));
    if (provider != NULL && api_reaches(provider->api, text->recipient))
        UTF8_COPY(text->wish.provider, provider->name);
    if (!alert_set(&text->alert, "source", "args", err) || !alert_set(&text->alert, "type", "TEXT", err)
        || !alert_set(&text->alert, "output", words, err) || !alert_set(&text->alert, "id", id, err))
        return false;
    identity_of(&text->alert, text->recipient, "", &text->identity);
    return true;
}
