/* Digests against published vectors. */
#include "unit.h"

#include "http/wire.h"

static const struct {
    const char *name, *data, *hex, *why;
} digests[] = {
    { "md5", "", "d41d8cd98f00b204e9800998ecf8427e", "RFC 1321, A.5" },
    { "md5", "message digest", "f96b697d7cb7938d525a2f31aaf161d0", "RFC 1321, A.5" },
    { "md5", "디스크", "89933247c51c35cbfda9aadc79f73cfa", "raw UTF-8" },
    { "sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "FIPS 180-4" },
    { "sha512", "abc",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
      "FIPS 180-4, the longest" },
};

static const struct {
    const char *name, *key, *data, *hex, *why;
} hmacs[] = {
    { "md5", "Jefe", "what do ya want for nothing?", "750c783e6ab0b503eaa86e310a5db738", "RFC 2202, 2" },
    { "sha256", "Jefe", "what do ya want for nothing?",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "RFC 4231, 2" },
    { "sha512", "Jefe", "what do ya want for nothing?",
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
      "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
      "RFC 4231, 2" },
    { "sha256", "", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
      "nothing signed with nothing" },
};

static void check_digests(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(digests); i++) {
        char hex[DIGEST_HEX_MAX] = "";
        struct error err = { 0 };
        print_message("# %s: %s\n", digests[i].name, digests[i].why);
        assert_true(munja_wire.digest(digests[i].name, digests[i].data, strlen(digests[i].data), hex, &err));
        assert_string_equal(hex, digests[i].hex);
    }
}

static void check_hmacs(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(hmacs); i++) {
        char hex[DIGEST_HEX_MAX] = "";
        struct error err = { 0 };
        print_message("# %s: %s\n", hmacs[i].name, hmacs[i].why);
        assert_true(
            munja_wire.hmac(hmacs[i].name, hmacs[i].key, hmacs[i].data, strlen(hmacs[i].data), hex, &err));
        assert_string_equal(hex, hmacs[i].hex);
    }
}

static void check_nul_inside(void **state)
{
    char with[DIGEST_HEX_MAX], without[DIGEST_HEX_MAX];

    (void)state;
    assert_true(munja_wire.digest("md5", "a\0b", 3, with, NULL));
    assert_true(munja_wire.digest("md5", "a", 1, without, NULL));
    assert_string_not_equal(with, without);
}

static void check_unknown_name(void **state)
{
    char hex[DIGEST_HEX_MAX] = "untouched";
    struct error err = { 0 };

    (void)state;
    assert_false(munja_wire.digest("sha1", "a", 1, hex, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    assert_non_null(strstr(err.text, "sha1"));
    assert_false(munja_wire.hmac("MD5", "key", "a", 1, hex, &err));
    assert_string_equal(hex, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_digests),
        cmocka_unit_test(check_hmacs),
        cmocka_unit_test(check_nul_inside),
        cmocka_unit_test(check_unknown_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
