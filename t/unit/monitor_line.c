/* plugin/monitor/line.c and pipe.c: external commands, and the pipe that takes them. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "monitor/pipe.h"

static const struct monitor_ask ask = {
    .host = "웹01", .service = "디스크", .author = "kim", .text = "가는 중", .now_s = 1700000000
};

#define ACK "[1700000000] ACKNOWLEDGE_"

static void acknowledgements(void **state)
{
    static const struct {
        const char *host, *service, *author, *text;
        bool notify;
        const char *line, *why;
    } cases[] = {
        { "웹01", "디스크", "kim", "가는 중", false, ACK "SVC_PROBLEM;웹01;디스크;1;0;0;kim;가는 중\n",
          "a service" },
        { "웹01", "", "kim", "가는 중", true, ACK "HOST_PROBLEM;웹01;1;1;0;kim;가는 중\n", "a host" },
        { "h", "s", "kim; root", "a;b;c", false, ACK "SVC_PROBLEM;h;s;1;0;0;kim, root;a;b;c\n",
          "only the last field may hold a semicolon" },
        { "h", "s", "k\nim", "a\n[1] SHUTDOWN_PROGRAM\r\tb\x7f", false,
          ACK "SVC_PROBLEM;h;s;1;0;0;k im;a [1] SHUTDOWN_PROGRAM  b \n", "one line is one command" },
        { "h", "C:\\ 100%", "k", "\\n |", false, ACK "SVC_PROBLEM;h;C:\\ 100%;1;0;0;k;\\n |\n",
          "as they are" },
        { "", "s", "k", "t", false, NULL, "no host" },
        { "h;x", "s", "k", "t", false, NULL, "a name is never changed" },
        { "h", "s\nx", "k", "t", false, NULL, "nor cut" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct monitor_ask it = { .host = cases[i].host,
                                  .service = cases[i].service,
                                  .author = cases[i].author,
                                  .text = cases[i].text,
                                  .notify = cases[i].notify,
                                  .now_s = 1700000000 };
        struct monitor_word word = { 0 };
        struct buf line = { 0 };
        bool made = line_acknowledge(&it, &line, &word);

        if (made != (cases[i].line != NULL) || (made && strcmp(line.data, cases[i].line) != 0))
            fail_msg("%s: %s", cases[i].why, buf_text(&line));
        if (!made)
            assert_int_equal(word.verdict, MONITOR_UNKNOWN);
        buf_clear(&line);
    }
}

static void results(void **state)
{
    struct monitor_ask it = ask;
    struct monitor_word word = { 0 };
    struct buf line = { 0 };

    (void)state;
    it.text = "MUNJA CRITICAL - a|b=1\\n;c\nd";
    assert_true(line_result(&it, &line, &word));
    assert_string_equal(
        line.data, "[1700000000] PROCESS_SERVICE_CHECK_RESULT;웹01;디스크;2;MUNJA CRITICAL - a/b=1/n;c d\n");
    buf_clear(&line);
}

/* Whole in one write: the text gives way, at a character's border, a name never. */
static void long_ones(void **state)
{
    static char many[3 * 4000 + 1];
    struct monitor_ask it = ask;
    struct monitor_word word = { 0 };
    struct buf line = { 0 };

    (void)state;
    for (size_t i = 0; i < 4000; i++)
        memcpy(many + 3 * i, "가", 4);
    it.text = it.author = many;
    assert_true(line_acknowledge(&it, &line, &word));
    assert_in_range(line.len, PIPE_BUF - 3, PIPE_BUF);
    assert_string_equal(line.data + line.len - 4, "가\n");
    buf_clear(&line);
    assert_true(line_result(&it, &line, &word));
    assert_in_range(line.len, PIPE_BUF - 3, PIPE_BUF);
    buf_clear(&line);
    it.service = many;
    assert_false(line_acknowledge(&it, &line, &word));
    assert_int_equal(word.verdict, MONITOR_UNKNOWN);
    buf_clear(&line);
}

/* What becomes of a line, by what is there. */
static void pipes(void **state)
{
    static const struct {
        const char *name;
        enum monitor_verdict verdict;
        const char *said;
    } cases[] = {
        { "none", MONITOR_LATER, "No such file" },
        { "file", MONITOR_LATER, "is not a pipe" },
        { "folder", MONITOR_LATER, "Is a directory" },
        { "idle", MONITOR_LATER, "nobody reads it" },
        { "full", MONITOR_LATER, "it is full" },
        { "read", MONITOR_DONE, "written to the command file" },
    };
    const struct buf line = { .data = (char[]){ "[1] X;y\n" }, .len = 8 };
    char folder[] = "/tmp/munja-pipe-XXXXXX", path[64], command[64], got[64] = "", filler[4096] = "";
    int full, reader;
    struct stat st;

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_true(close(open("file", O_CREAT | O_WRONLY, 0600)) == 0);
    for (int i = 3; i < 6; i++)
        assert_int_equal(mkfifo(cases[i].name, 0600), 0);
    full = open("full", O_RDWR | O_NONBLOCK);
    while (write(full, filler, sizeof filler) > 0)
        continue;
    reader = open("read", O_RDONLY | O_NONBLOCK);
    for (size_t i = 0; i < CASES(cases); i++) {
        struct monitor_word word = { 0 };

        snprintf(path, sizeof path, "%s/%s", folder, cases[i].name);
        pipe_tell(path, &line, &word);
        if (word.verdict != cases[i].verdict || strstr(word.said, cases[i].said) == NULL)
            fail_msg("%s: %d %s", cases[i].name, word.verdict, word.said);
    }
    assert_int_equal(read(reader, got, sizeof got), 8);
    assert_string_equal(got, "[1] X;y\n");
    assert_int_equal(stat("file", &st), 0);
    assert_int_equal(st.st_size, 0);
    pipe_tell(path, NULL, &(struct monitor_word){ 0 });
    assert_true(read(reader, got, sizeof got) <= 0);
    close(reader);
    close(full);
    assert_int_equal(chdir("/"), 0);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledgements),
        cmocka_unit_test(results),
        cmocka_unit_test(long_ones),
        cmocka_unit_test(pipes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
