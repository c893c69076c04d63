/* plugin/store/place.c: the file is shared by its group and nobody else, and is never half made. */
#include "unit/storage.h"

#include <fcntl.h>
#include <grp.h>

#include "store/place.h"

#define OTHER_USER  65534 /* nobody */
#define OTHER_GROUP 4242

static struct stat look(const char *ending)
{
    char name[128];
    struct stat info = { 0 };

    snprintf(name, sizeof name, "%s%s", place_file, ending);
    assert_int_equal(lstat(name, &info), 0);
    return info;
}

static void needs_root(void)
{
    if (geteuid() != 0)
        skip();
}

static void mode_does_not_follow_the_umask(void **state)
{
    static const mode_t masks[] = { 0, 002, 022, 077, 0777 };
    static const char *const ends[] = { "", "-wal", "-shm" };

    for (size_t i = 0; i < CASES(masks); i++) {
        mode_t before = umask(masks[i]);

        add_record("k1", "OK");
        umask(before);
        for (size_t k = 0; k < CASES(ends); k++)
            assert_int_equal(look(ends[k]).st_mode & 07777, 0660);
        place_teardown(state);
        place_setup(state);
    }
}

/* Its log may be gone, when somebody looked at it with sqlite3: the next one makes it anew. */
static void a_new_log_is_shared_too(void **state)
{
    mode_t before = umask(077);

    (void)state;
    add_record("k1", "OK");
    unlink(strcat(strcpy((char[128]){ 0 }, place_file), "-wal"));
    unlink(strcat(strcpy((char[128]){ 0 }, place_file), "-shm"));
    unlink(strcat(strcpy((char[128]){ 0 }, place_file), "-owners"));
    add_record("k2", "OK");
    umask(before);
    assert_int_equal(look("-wal").st_mode & 07777, 0660);
    assert_int_equal(look("-shm").st_mode & 07777, 0660);
}

static void by_root_it_belongs_to_the_folders_owner(void **state)
{
    (void)state;
    needs_root();
    assert_int_equal(chown(place_dir, OTHER_USER, OTHER_GROUP), 0);
    add_record("k1", "OK");
    assert_int_equal(look("").st_uid, OTHER_USER);
    assert_int_equal(look("").st_gid, OTHER_GROUP);
    assert_int_equal(look("-wal").st_uid, OTHER_USER);
    assert_int_equal(look("-wal").st_gid, OTHER_GROUP);
    assert_int_equal(look("-shm").st_gid, OTHER_GROUP);
}

/* Two monitors' users who have nothing but the folder's group in common, set-group-ID bit or not. */
static void users_of_the_folders_group_share_it(void **state)
{
    static const mode_t modes[] = { 02770, 0770 };
    int status;

    needs_root();
    for (size_t i = 0; i < CASES(modes); i++) {
        assert_int_equal(chown(place_dir, 0, OTHER_GROUP), 0);
        assert_int_equal(chmod(place_dir, modes[i]), 0);
        for (uid_t user = 7001; user <= 7002; user++) {
            if (fork() == 0) {
                gid_t group = OTHER_GROUP;

                umask(077);
                if (setgroups(1, &group) != 0 || setgid(user) != 0 || setuid(user) != 0)
                    _exit(3);
                add_record(user == 7001 ? "k1" : "k2", "OK");
                _exit(0);
            }
            assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
        }
        assert_int_equal(look("").st_gid, OTHER_GROUP);
        assert_int_equal(look("-wal").st_gid, OTHER_GROUP);
        assert_int_equal(look("-shm").st_gid, OTHER_GROUP);
        assert_string_equal(ask("SELECT count(*) FROM record"), "2");
        place_teardown(state);
        place_setup(state);
    }
}

static void a_stranger_is_told_what_is_wrong(void **state)
{
    int status;

    (void)state;
    needs_root();
    assert_int_equal(chmod(place_dir, 0755), 0);
    add_record("k1", "OK");
    if (fork() == 0) {
        struct store *store = NULL;
        struct error err = { 0 };

        if (setgroups(0, NULL) != 0 || setgid(7001) != 0 || setuid(7001) != 0)
            _exit(3);
        _exit(!store_open(place_file, now_steady_ms(), &store, &err) && err.kind == ERROR_STORE
                      && strstr(err.text, place_file) != NULL && strstr(err.text, "Permission denied") != NULL
                  ? 0
                  : 1);
    }
    assert_true(wait(&status) > 0 && WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void refuses(const char *where, const char *words)
{
    struct place place = { 0 };
    struct error err = { 0 };

    assert_false(place_find(where, &place, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    if (strstr(err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
    place_clear(&place);
}

static void refuses_what_is_no_plain_file(void **state)
{
    char name[128];

    (void)state;
    refuses("/dev/null", "not a regular file");
    refuses(place_dir, "not a regular file");
    refuses("/tmp/no such folder/munja.db", "No such file");
    refuses("/dev/null/munja.db", "Not a directory");
    refuses("", "not a regular file");
    close(open(place_file, O_CREAT | O_WRONLY, 0600));
    refuses(place_file, "empty file");
    unlink(place_file);
    snprintf(name, sizeof name, "%s/elsewhere", place_dir);
    assert_int_equal(symlink(name, place_file), 0);
    refuses(place_file, "symbolic link");
    assert_int_equal(access(name, F_OK), -1);
}

static void a_folder_may_be_a_link(void **state)
{
    struct store *store = NULL;
    char link_name[128], name[160];

    (void)state;
    snprintf(link_name, sizeof link_name, "%s/link", place_dir);
    snprintf(name, sizeof name, "%s/link/munja.db", place_dir);
    assert_int_equal(symlink(place_dir, link_name), 0);
    assert_true(store_open(name, now_steady_ms(), &store, NULL));
    store_close(store);
    look("");
}

static void a_relative_name_is_found(void **state)
{
    struct place place = { 0 };

    (void)state;
    assert_int_equal(chdir(place_dir), 0);
    assert_true(place_find("file:x?mode=ro", &place, NULL));
    assert_int_equal(place.path[0], '/'); /* so that SQLite takes it for no URI */
    assert_false(place.exists);
    place_clear(&place);
    assert_int_equal(chdir("/"), 0);
}

/* Many make it at once: all use the same one, and no draft stays. */
static void made_once(void **state)
{
    enum { CROWD = 20 };
    int status;

    (void)state;
    now_set(0);
    for (int i = 0; i < CROWD; i++) {
        if (fork() == 0) {
            char key[16];

            snprintf(key, sizeof key, "k%d", i);
            add_record(key, "OK");
            _exit(0);
        }
    }
    for (int i = 0; i < CROWD; i++)
        assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_string_equal(ask("SELECT count(*) FROM record"), "20");
    unlink(place_file);
    unlink(strcat(strcpy((char[128]){ 0 }, place_file), "-wal"));
    unlink(strcat(strcpy((char[128]){ 0 }, place_file), "-shm"));
    unlink(strcat(strcpy((char[128]){ 0 }, place_file), "-owners"));
    assert_int_equal(rmdir(place_dir), 0);
    assert_int_equal(mkdir(place_dir, 0700), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(mode_does_not_follow_the_umask),
        cmocka_place_test(a_new_log_is_shared_too),
        cmocka_place_test(by_root_it_belongs_to_the_folders_owner),
        cmocka_place_test(users_of_the_folders_group_share_it),
        cmocka_place_test(a_stranger_is_told_what_is_wrong),
        cmocka_place_test(refuses_what_is_no_plain_file),
        cmocka_place_test(a_folder_may_be_a_link),
        cmocka_place_test(a_relative_name_is_found),
        cmocka_place_test(made_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
