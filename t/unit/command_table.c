#include "unit.h"

#include "command/table.h"

static void wide_characters_take_two_cells(void **state)
{
    static const char *const columns[] = { "CODE", "MEANING", "MORE", NULL };
    static const char *const cells[] = { "1",           "잔액 부족", "x",         "2000", NULL,
                                         "y\x1b[2J\nz", "3",         "e\xcc\x81", "" };
    char *out = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&out, &bytes);

    (void)state;
    assert_non_null(file);
    table_print(file, columns, cells, 3);
    fclose(file);
    assert_string_equal(out, "CODE  MEANING    MORE\n"
                             "1     잔액 부족  x\n"
                             "2000  -          y [2J z\n"
                             "3     e\xcc\x81          \n");
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(wide_characters_take_two_cells) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
