/* What every result code of the manuals means for a text: whether to wait, whether it may arrive later,
   whether another provider helps. The codes stand here once more, by what the manuals say of them. */
#include "unit/unit.h"

#include "provider/api.h"

static const struct {
    const char *api;
    enum receipt_kind kind;
    const char *codes; /* between blanks */
} printed[] = {
    { "smsjoa", RECEIPT_DELIVERED, " 100 " },
    { "smsjoa", RECEIPT_FAILED, " 101 105 107 108 401 402 403 " },
    { "smsjoa", RECEIPT_MISSED, " 102 104 106 109 110 " },
    { "smsjoa", RECEIPT_GATEWAY, " 103 901 " },

    { "apiplex", RECEIPT_DELIVERED, " 0 " },
    { "apiplex", RECEIPT_FAILED, " 2 C D F I S U V d p q " },
    { "apiplex", RECEIPT_MISSED, " 1 8 9 A B E J M " },
    { "apiplex", RECEIPT_GATEWAY, " 5 G H K L e o G410 G430 " },

    { "nanuminet", RECEIPT_WAITING, " 00 " },
    { "nanuminet", RECEIPT_DELIVERED, " 06 1000 " },
    { "nanuminet", RECEIPT_FAILED,
      " 03 05 07 17 18 20 21 22 23 24 25 26 28 29 30 31 40 99 2000 2001 2002 2003 3000 3006 5003 5201 5202 "
      "5301"
      " 5302 5303 5304 9002 9003 9005 9006 9007 9009 " },
    { "nanuminet", RECEIPT_MISSED, " 08 09 10 11 14 27 91 3001 3002 3004 3005 4001 9001 " },
    { "nanuminet", RECEIPT_GATEWAY,
      " 01 02 04 19 4000 4002 4003 4101 4102 4104 4201 5000 5001 9004 9008 9010 9011 " },

    { "sms57", RECEIPT_DELIVERED, " DELIVRD " },
    { "sms57", RECEIPT_FAILED,
      " REJECTED MA:0001 MA:0002 MA:0005 MA:0012 MA:0014 MA:0021 MA:0023 MA:0024 MA:0025 MA:0027 MA:0028"
      " MA:0029 MA:0030 MO:200 " },
    { "sms57", RECEIPT_MISSED, " EXPIRED MA:0022 " },
    { "sms57", RECEIPT_GATEWAY,
      " DELETED MA:0003 MA:0004 MA:0006 MA:0009 MA:0011 MA:0013 MA:0026 MO:0254 MO:0255 MO:NNNN " },
};

static const struct receipt *find(const struct api *api, const char *code)
{
    const struct receipt *found = NULL;

    for (const struct receipt_table *table = api->receipts; found == NULL && table->rows != NULL; table++)
        found = receipt_find(table->rows, code);
    return found;
}

static void every_code_has_its_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(printed); i++) {
        const struct api *api = api_named(printed[i].api);
        char codes[512], *rest = NULL;
        snprintf(codes, sizeof codes, "%s", printed[i].codes);
        for (char *code = strtok_r(codes, " ", &rest); code != NULL; code = strtok_r(NULL, " ", &rest)) {
            const struct receipt *row = find(api, code);
            if (row == NULL || row->kind != printed[i].kind)
                fail_msg("%s: %s is %s, not %s", api->name, code,
                         row == NULL ? "nothing" : receipt_name(row->kind), receipt_name(printed[i].kind));
        }
    }
}

static bool is_printed(const struct api *api, const struct receipt *row)
{
    char wanted[48];

    snprintf(wanted, sizeof wanted, " %s ", row->code);
    for (size_t i = 0; i < CASES(printed); i++)
        if (strcmp(printed[i].api, api->name) == 0 && strstr(printed[i].codes, wanted) != NULL)
            return true;
    return false;
}

static void none_is_made_up(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++)
        for (const struct receipt_table *table = apis[i]->receipts; table != NULL && table->rows != NULL;
             table++)
            for (const struct receipt *row = table->rows; row->code != NULL; row++)
                if (!is_printed(apis[i], row))
                    fail_msg("%s: %s", apis[i]->name, row->code);
}

/* What speaks of a repetition is a code of the same manual. */
static void repetitions_are_codes(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++)
        for (const char *const *code = apis[i]->repetitions; code != NULL && *code != NULL; code++)
            assert_int_equal(find(apis[i], *code)->kind, RECEIPT_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_kind),
        cmocka_unit_test(none_is_made_up),
        cmocka_unit_test(repetitions_are_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
