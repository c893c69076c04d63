/* A picture's file, read without waiting and with a bound. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/image.h"

static char folder[64], file[96];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/munja-image-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/graph.png", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(folder);
}

static void write_file(const void *bytes, size_t count, off_t size)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, count), count);
    assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

static void is_refused(const char *path, const char *fault, int code)
{
    struct error err = { 0 };
    void *bytes = &err;
    size_t count = 7;

    assert_false(image_read(path, &bytes, &count, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_int_equal(err.code, code);
    if (strstr(err.text, fault) == NULL)
        fail_msg("%s: %s", path, err.text);
    assert_ptr_equal(bytes, &err);
    assert_int_equal(count, 7);
}

static void reads_whole(void **state)
{
    struct error err = { 0 };
    void *bytes = NULL;
    size_t count = 0;

    (void)state;
    write_file("a\0b\xff", 4, 4);
    assert_true(image_read(file, &bytes, &count, &err));
    assert_int_equal(count, 4);
    assert_memory_equal(bytes, "a\0b\xff", 4);
    free(bytes);
}

static void reads_up_to_the_bound(void **state)
{
    struct error err = { 0 };
    void *bytes = NULL;
    size_t count = 0;

    (void)state;
    write_file("x", 1, IMAGE_FILE_BYTES_MAX);
    assert_true(image_read(file, &bytes, &count, &err));
    assert_int_equal(count, IMAGE_FILE_BYTES_MAX);
    free(bytes);
    write_file("x", 1, (off_t)IMAGE_FILE_BYTES_MAX + 1);
    is_refused(file, "larger than 10 MiB", 0);
    /* A hole of a terabyte costs nothing to make. */
    write_file("x", 1, (off_t)1 << 40);
    is_refused(file, "larger than 10 MiB", 0);
}

static void other_things_are_refused(void **state)
{
    (void)state;
    is_refused(file, "No such file", ENOENT);
    is_refused(folder, "not a regular file", 0);
    is_refused("/dev/zero", "not a regular file", 0);
    write_file("", 0, 0);
    is_refused(file, "empty", 0);
    is_refused("/proc/self/status", "empty", 0);
    unlink(file);
    assert_int_equal(symlink(file, file), 0);
    is_refused(file, "symbolic links", ELOOP);
}

static void a_pipe_is_not_waited_for(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(file, 0600), 0);
    alarm(5);
    is_refused(file, "not a regular file", 0);
    alarm(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_up_to_the_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(other_things_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pipe_is_not_waited_for, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
