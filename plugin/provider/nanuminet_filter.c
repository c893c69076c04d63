/* Nanuminet SMS REST API V1: what its lists can be asked for, checked before anything goes out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "provider/nanuminet.h"

#define PAGE_ROWS_MAX 100

bool nanuminet_is_month(const char *text)
{
    return digits_only(text, 6) && strlen(text) == 6 && strcmp(text + 4, "01") >= 0
           && strcmp(text + 4, "12") <= 0;
}

static bool add_kind(const struct query *query, struct request *request, struct error *err)
{
    enum kind kind = KIND_AUTO;

    if (query->kind == NULL)
        return true;
    if (!kind_named(query->kind, &kind))
        return error_set(err, ERROR_USAGE, 0, "--kind: must be sms, lms or mms");
    return kind == KIND_AUTO || request_query(request, "send_type", kind == KIND_SMS ? "S" : "M", err);
}

static bool add_search(const struct query *query, struct request *request, struct error *err)
{
    const struct {
        const char *option, *field, *value;
        bool digits;
    } searches[] = {
        { "--phone", "PHONE", query->phone, true },
        { "--callback", "CALLBACK", query->callback, true },
        { "--text", "MSG", query->text, false },
    };
    const char *before = NULL;

    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
        const char *value = searches[i].value;
        if (value == NULL)
            continue;
        if (before != NULL)
            return error_set(err, ERROR_USAGE, 0, "%s: this gateway cannot search by %s at the same time",
                             searches[i].option, before);
        if (searches[i].digits ? !digits_only(value, 20) : *value == '\0')
            return error_set(err, ERROR_USAGE, 0, "%s: must be %s", searches[i].option,
                             searches[i].digits ? "digits, all of a number or some" : "a text");
        if (!request_query(request, "search_field", searches[i].field, err)
            || !request_query(request, "search_keyword", value, err))
            return false;
        before = searches[i].option;
    }
    return true;
}

static bool add_page(const struct query *query, struct request *request, struct error *err)
{
    char page[16], size[16];

    if (query->page < 0)
        return error_set(err, ERROR_USAGE, 0, "--page: must be 1 or more");
    if (query->size < 0 || query->size > PAGE_ROWS_MAX)
        return error_set(err, ERROR_USAGE, 0, "--size: must be from 1 to %d", PAGE_ROWS_MAX);
    snprintf(page, sizeof page, "%d", query->page);
    snprintf(size, sizeof size, "%d", query->size);
    return (query->page == 0 || request_query(request, "page", page, err))
           && (query->size == 0 || request_query(request, "pageSize", size, err));
}

static bool add_fields(const struct query *query, struct request *request, struct error *err)
{
    for (int i = 1; i <= 6; i++) {
        char name[] = "CETCN";

        name[4] = (char)('0' + i);
        if (query->field[i] == NULL)
            continue;
        if (*query->field[i] == '\0' || strlen(query->field[i]) > NANUMINET_CETC_BYTES)
            return error_set(err, ERROR_USAGE, 0, "--field: %s must have from 1 to %d bytes", name,
                             NANUMINET_CETC_BYTES);
        if (!request_query(request, name, query->field[i], err))
            return false;
    }
    return true;
}

static bool add_month(const struct query *query, struct request *request, struct error *err)
{
    if (query->month == NULL)
        return true;
    if (!nanuminet_is_month(query->month))
        return error_set(err, ERROR_USAGE, 0, "--month: must be YYYYMM");
    return request_query(request, "YM", query->month, err);
}

/* 01 to 31, also written with one digit. */
static bool add_day(const char *name, const char *option, const char *day, struct request *request,
                    struct error *err)
{
    int number;
    char text[16];

    if (day == NULL)
        return true;
    number = digits_only(day, 2) ? atoi(day) : 0;
    if (number < 1 || number > 31)
        return error_set(err, ERROR_USAGE, 0, "%s: must be from 01 to 31", option);
    snprintf(text, sizeof text, "%02d", number);
    return request_query(request, name, text, err);
}

/* Left out it would mean S, those that arrived, and hide what an operator looks for. */
static bool add_result(const struct query *query, struct request *request, struct error *err)
{
    const char *result = query->result == NULL ? "A" : query->result;

    if (strlen(result) != 1 || strchr("SIFEA", *result) == NULL)
        return error_set(
            err, ERROR_USAGE, 0,
            "--result: must be S (arrived), I (waiting), F (failed), E (sender refused) or A (all)");
    return request_query(request, "sms_result", result, err);
}

bool nanuminet_filter_reservations(const struct query *query, struct request *request, struct error *err)
{
    return add_kind(query, request, err) && add_search(query, request, err) && add_page(query, request, err)
           && add_fields(query, request, err);
}

bool nanuminet_filter_list(const struct query *query, struct request *request, struct error *err)
{
    return add_month(query, request, err) && add_day("start_day", "--from-day", query->from_day, request, err)
           && add_day("end_day", "--to-day", query->to_day, request, err) && add_result(query, request, err)
           && nanuminet_filter_reservations(query, request, err);
}
