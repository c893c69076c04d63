/* Reading what people answer at night. Words are known whole; a text that merely begins with one is no
   acknowledgement, since answering machines write so: "확인 후 연락드리겠습니다". */
#include "text/ack.h"

#include <string.h>
#include <strings.h>
#include <unictype.h>

#include "base/utf8.h"

static const struct {
    const char *word;
    int kind;
} words[] = {
    { "ack", ACK_WORD },
    { "acked", ACK_WORD },
    { "acknowledge", ACK_WORD },
    { "acknowledged", ACK_WORD },
    { "ok", ACK_WORD },
    { "okay", ACK_WORD },
    { "yes", ACK_WORD },
    { "roger", ACK_WORD },
    { "confirm", ACK_WORD },
    { "confirmed", ACK_WORD },
    { "확인", ACK_WORD },
    { "접수", ACK_WORD },
    { "오케이", ACK_WORD },
    { "알겠습니다", ACK_WORD },
    { "네", ACK_WORD },
    { "넵", ACK_WORD },
    { "넹", ACK_WORD },
    { "예", ACK_WORD },
    { "收到", ACK_WORD },
    { "确认", ACK_WORD },
    { "確認", ACK_WORD },
    { "好的", ACK_WORD },
    { "好", ACK_WORD },
    { "明白", ACK_WORD },
    { "知道了", ACK_WORD },
    { "thanks", ACK_POLITE },
    { "thank", ACK_POLITE },
    { "you", ACK_POLITE },
    { "thx", ACK_POLITE },
    { "please", ACK_POLITE },
    { "했습니다", ACK_POLITE },
    { "했어요", ACK_POLITE },
    { "했음", ACK_POLITE },
    { "합니다", ACK_POLITE },
    { "할게요", ACK_POLITE },
    { "하겠습니다", ACK_POLITE },
    { "함", ACK_POLITE },
    { "중입니다", ACK_POLITE },
    { "중", ACK_POLITE },
    { "완료", ACK_POLITE },
    { "요", ACK_POLITE },
    { "감사합니다", ACK_POLITE },
    { "고맙습니다", ACK_POLITE },
    { "已", ACK_POLITE },
    { "已经", ACK_POLITE },
    { "了", ACK_POLITE },
    { "谢谢", ACK_POLITE },
    { "no", ACK_NO },
    { "not", ACK_NO },
    { "nack", ACK_NO },
    { "unack", ACK_NO },
    { "cancel", ACK_NO },
    { "아니", ACK_NO },
    { "아니요", ACK_NO },
    { "아님", ACK_NO },
    { "취소", ACK_NO },
    { "불가", ACK_NO },
    { "不", ACK_NO },
    { "不是", ACK_NO },
    { "没", ACK_NO },
    { "没有", ACK_NO },
    { "取消", ACK_NO },
    { "td", ACK_LEAVE },
    { "t", ACK_LEAVE },
    { "stop", ACK_LEAVE },
    { "unsubscribe", ACK_LEAVE },
    { "수신거부", ACK_LEAVE },
    { "退订", ACK_LEAVE },
    { "退訂", ACK_LEAVE },
};

void ack_clear(struct ack *ack)
{
    buf_clear(&ack->text);
    *ack = (struct ack){ 0 };
}

/* Where a signature that begins here ends; here, when none does. */
static const char *behind_signature(const char *at)
{
    static const char begin[] = "【", end[] = "】";
    const char *close = strncmp(at, begin, strlen(begin)) == 0 ? strstr(at, end) : NULL;

    return close == NULL ? at : close + strlen(end);
}

/* Full-width signs, and every blank and line break. Not NFKC, which takes the letters apart that Koreans
   write alone: ㅠㅠ. */
static uint32_t narrow(uint32_t point)
{
    if (point >= 0xff01 && point <= 0xff5e)
        return point - 0xff01 + '!';
    return point == 0x3000 || point == 0xa0 || point < ' ' ? ' ' : point;
}

static bool tidy(const char *said, struct buf *text, struct error *err)
{
    size_t length;

    for (const char *at = said; *at != '\0'; at += length) {
        const char *behind = behind_signature(at);
        uint32_t point = 0xfffd;
        char narrowed[4];

        length = (size_t)(behind - at);
        if (length > 0)
            point = ' ';
        else if ((length = utf8_decode(at, strlen(at), &point)) == 0)
            length = 1;
        if (!buf_add(text, narrowed, utf8_encode(narrow(point), narrowed)))
            return error_memory(err);
    }
    return true;
}

static bool is_letter(const char *text, size_t bytes, size_t *length, bool *ascii)
{
    uint32_t point = 0;

    *length = utf8_decode(text, bytes, &point);
    *ascii = point < 0x80;
    return uc_is_alnum(point);
}

/* The longest word that stands there; 0: none. */
static size_t word_at(const char *text, size_t bytes, int *kind)
{
    size_t longest = 0;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i].word);
        if (length <= bytes && length > longest && strncasecmp(words[i].word, text, length) == 0) {
            longest = length;
            *kind = words[i].kind;
        }
    }
    return longest;
}

/* 네확인했습니다: words written together, and nothing else. */
static int kinds_of(const char *text, size_t bytes)
{
    int kinds = 0, kind = 0;
    size_t length;

    for (size_t at = 0; at < bytes; at += length) {
        length = word_at(text + at, bytes - at, &kind);
        if (length == 0)
            return ACK_PLAIN;
        kinds |= kind;
    }
    return kinds;
}

static void add(struct ack *ack, size_t start, size_t end, int kind)
{
    if (ack->tokens == ACK_TOKENS) {
        ack->token[ACK_TOKENS - 1].kind = ACK_PLAIN;
        return;
    }
    ack->token[ack->tokens].start = start;
    ack->token[ack->tokens].end = end;
    ack->token[ack->tokens++].kind = kind;
}

/* ack7k2, 7k2ok: a code and a word. Otherwise one token. */
static void add_ascii(struct ack *ack, size_t start, size_t end)
{
    const char *text = buf_text(&ack->text);
    size_t bytes = end - start;

    for (size_t code = CODE_SHORT; code <= CODE_LONG && code < bytes; code++) {
        size_t rest = bytes - code;
        if (code_is(text + end - code, code) && kinds_of(text + start, rest) == ACK_WORD) {
            add(ack, start, end - code, ACK_WORD);
            add(ack, end - code, end, ACK_CODE);
            return;
        }
        if (code_is(text + start, code) && kinds_of(text + start + code, rest) == ACK_WORD) {
            add(ack, start, start + code, ACK_CODE);
            add(ack, start + code, end, ACK_WORD);
            return;
        }
    }
    add(ack, start, end, code_is(text + start, bytes) ? ACK_CODE : kinds_of(text + start, bytes));
}

bool ack_read(const char *said, struct ack *ack, struct error *err)
{
    struct ack read = { 0 };
    size_t length, next;

    if (!tidy(said, &read.text, err)) {
        buf_clear(&read.text);
        return false;
    }
    for (size_t at = 0; at < read.text.len; at = next) {
        const char *text = read.text.data + at;
        size_t left = read.text.len - at, bytes = 0;
        bool ascii = false, same = false, letter = is_letter(text, left, &length, &ascii);

        next = at + length;
        if (!letter)
            continue;
        for (bytes = length; is_letter(text + bytes, left - bytes, &length, &same) && same == ascii;)
            bytes += length;
        next = at + bytes;
        if (ascii)
            add_ascii(&read, at, next);
        else
            add(&read, at, next, kinds_of(text, bytes));
    }
    *ack = read;
    return true;
}

/* Every kind that some token is of; plain: whether some is of none. */
static int all_kinds(const struct ack *ack, bool *plain)
{
    int kinds = 0;

    *plain = ack->tokens == 0;
    for (size_t i = 0; i < ack->tokens; i++) {
        kinds |= ack->token[i].kind;
        *plain = *plain || ack->token[i].kind == ACK_PLAIN;
    }
    return kinds;
}

bool ack_is_bare(const struct ack *ack)
{
    bool plain;
    int kinds = all_kinds(ack, &plain);

    return !plain && (kinds & ACK_WORD) != 0 && (kinds & ~(ACK_WORD | ACK_POLITE)) == 0
           && strchr(buf_text(&ack->text), '?') == NULL;
}

bool ack_refuses(const struct ack *ack)
{
    bool plain;
    int kinds = all_kinds(ack, &plain);

    return ack->tokens > 0 && ((ack->token[0].kind & ACK_NO) != 0 || (!plain && (kinds & ACK_NO) != 0));
}

static bool is_word(const struct ack *ack, size_t token)
{
    return token < ack->tokens && (ack->token[token].kind & ACK_WORD) != 0;
}

bool ack_means_code(const struct ack *ack, size_t token)
{
    return ack->tokens == 1 || (token > 0 && is_word(ack, token - 1)) || is_word(ack, token + 1);
}

bool ack_quotes(const struct ack *ack, size_t token)
{
    const char *text = buf_text(&ack->text), *quote = strstr(text, "[PROBLEM]");

    return quote != NULL && quote < text + ack->token[token].start;
}

bool ack_leaves(const struct ack *ack)
{
    bool plain;

    return all_kinds(ack, &plain) == ACK_LEAVE && !plain;
}

bool ack_code(const struct ack *ack, size_t index, char code[CODE_BYTES], size_t *token)
{
    for (size_t i = 0; i < ack->tokens; i++) {
        size_t start = ack->token[i].start, bytes = ack->token[i].end - start;
        if (ack->token[i].kind != ACK_CODE || index-- > 0)
            continue;
        for (size_t j = 0; j < bytes; j++) {
            char c = ack->text.data[start + j];
            code[j] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
        }
        code[bytes] = '\0';
        *token = i;
        return true;
    }
    return false;
}

/* Marks alone are no comment. */
static bool says_something(const struct buf *text)
{
    size_t length;
    bool ascii;

    for (size_t at = 0; at<text->len; at += length> 0 ? length : 1)
        if (is_letter(text->data + at, text->len - at, &length, &ascii))
            return true;
    return false;
}

/* What stands between two words means nothing where one of them was taken out. */
static bool is_between(char c)
{
    return strchr(" ,.:;!~-/\"'()[]<>", c) != NULL;
}

bool ack_comment(const struct ack *ack, size_t token, size_t most, struct buf *comment, struct error *err)
{
    const char *text = buf_text(&ack->text);
    size_t first = token, last = token, start = 0, end, from, to;
    struct buf rest = { 0 };
    bool made;

    if (first > 0 && is_word(ack, first - 1))
        first--;
    if (is_word(ack, last + 1))
        last++;
    end = ack->token[first].start;
    from = ack->token[last].end;
    to = ack->text.len;
    while (start < end && is_between(text[start]))
        start++;
    while (end > start && is_between(text[end - 1]))
        end--;
    while (from < to && is_between(text[from]))
        from++;
    while (to > from && (text[to - 1] == ' ' || text[to - 1] == '"' || text[to - 1] == '\''))
        to--;
    made = buf_add(&rest, text + start, end - start) && (start == end || from == to || buf_char(&rest, ' '))
           && buf_add(&rest, text + from, to - from);
    if (made)
        buf_cut(&rest, says_something(&rest) ? utf8_border(buf_text(&rest), rest.len, most) : 0);
    made = made && buf_add(comment, buf_text(&rest), rest.len);
    buf_clear(&rest);
    return made || error_memory(err);
}
