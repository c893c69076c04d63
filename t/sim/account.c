/* What the gateways know of their customer: tokens, balance, rate. */
#include "sim/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "sim/config.h"

const char account_help[] =
    "Accounts (login / secret):\n"
    "  smsjoa           " SMSJOA_CLIENT " / " SMSJOA_KEY "\n"
    "  notificationsms  " NSMS_EMAIL " / " NSMS_PASSWORD "\n"
    "  apiplex          " PLEX_USER " / " PLEX_SECRET "\n"
    "  nanuminet        " NANUMI_KEY " / " NANUMI_SECRET "\n"
    "  sms57            " SMS57_ACCOUNT " / " SMS57_SECRET ", extno " SMS57_EXTNO "\n";

struct token {
    struct token *next;
    const char *gateway;
    char text[65];
    time_t until;
    long epoch;
};
static struct token *tokens;

static const char *const names[] = { "smsjoa", "notificationsms", "apiplex", "nanuminet", "sms57" };
static struct ledger {
    bool open;
    long start, spent;
    time_t second;
    long requests;
} ledgers[LENGTH(names)];

static struct ledger *ledger_of(const struct exchange *x)
{
    size_t i = 0;

    while (strcmp(names[i], x->gateway) != 0)
        i++;
    return &ledgers[i];
}

const char *token_issue(struct exchange *x, long life_s, time_t *until)
{
    struct token *token = calloc(1, sizeof *token);
    unsigned char random[32];

    if (token == NULL || getrandom(random, sizeof random, 0) != sizeof random)
        abort();
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(token->text + 2 * i, 3, "%02x", random[i]);
    token->gateway = x->gateway;
    token->until = time(NULL) + (config.token_ttl_s > 0 ? config.token_ttl_s : life_s);
    token->epoch = config.token_epoch;
    token->next = tokens;
    tokens = token;
    *until = token->until;
    return token->text;
}

bool token_check(struct exchange *x, const char *text)
{
    const struct token *token = tokens;

    if (config.token[0] != '\0' && strcmp(text, config.token) == 0)
        return true;
    while (token != NULL && (strcmp(token->text, text) != 0 || token->gateway != x->gateway))
        token = token->next;
    if (token == NULL)
        return violate(x, "token that was never issued");
    if (token->until <= time(NULL) || token->epoch != config.token_epoch)
        return refuse(x, "token has expired");
    return true;
}

long balance_left(const struct exchange *x, long start)
{
    struct ledger *ledger = ledger_of(x);

    if (config.balance >= 0)
        start = config.balance;
    if (!ledger->open || ledger->start != start)
        *ledger = (struct ledger){ true, start, 0, ledger->second, ledger->requests };
    return ledger->start - ledger->spent;
}

bool balance_take(struct exchange *x, long start, long amount)
{
    if (balance_left(x, start) < amount)
        return refuse(x, "balance is used up");
    ledger_of(x)->spent += amount;
    return true;
}

void balance_give(const struct exchange *x, long amount)
{
    ledger_of(x)->spent -= amount;
}

bool rate_allows(struct exchange *x)
{
    struct ledger *ledger = ledger_of(x);
    time_t now = time(NULL);

    if (ledger->second != now)
        ledger->requests = 0;
    ledger->second = now;
    ledger->requests++;
    if (config.rate_per_s > 0 && ledger->requests > config.rate_per_s)
        return refuse(x, "more than %ld requests a second", config.rate_per_s);
    return true;
}

unsigned long serial_next(void)
{
    static unsigned long serial;

    return ++serial;
}
