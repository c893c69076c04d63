/* plugin/base/network.c: addresses, networks, and where to listen. */
#include "unit.h"

#include <arpa/inet.h>

#include "base/network.h"

static const struct {
    const char *network, *address;
    bool holds;
    const char *why;
} cases[] = {
    { "203.0.113.0/24", "203.0.113.0", true, "the first" },
    { "203.0.113.0/24", "203.0.113.255", true, "the last" },
    { "203.0.113.0/24", "203.0.112.255", false, "the one before" },
    { "203.0.113.0/24", "203.0.114.0", false, "the one behind" },
    { "203.0.113.77/24", "203.0.113.1", true, "what stands behind the bits does not count" },
    { "203.0.113.7", "203.0.113.7", true, "one alone" },
    { "203.0.113.7", "203.0.113.6", false, "and no other" },
    { "203.0.113.7/32", "203.0.113.7", true, "the same in other words" },
    { "10.0.0.0/9", "10.127.255.255", true, "bits that are no whole byte" },
    { "10.0.0.0/9", "10.128.0.0", false, "and behind them" },
    { "0.0.0.0/0", "198.51.100.1", true, "all of IPv4" },
    { "0.0.0.0/0", "2001:db8::1", false, "but not of IPv6" },
    { "::/0", "2001:db8::1", true, "all there is" },
    { "2001:db8::/33", "2001:db8:7fff::1", true, "IPv6" },
    { "2001:db8::/33", "2001:db8:8000::1", false, "and behind it" },
    { "2001:db8::5", "2001:db8:0:0::5", true, "however it is written" },
    { "127.0.0.0/8", "::ffff:127.0.0.1", true, "of IPv4, as a socket of IPv6 tells it" },
    { "::ffff:10.0.0.0/104", "10.255.0.1", true, "and the other way round" },
    { "::1", "127.0.0.1", false, "two loopbacks" },
};

static void networks_hold_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct network network;
        struct network_address address;

        assert_true(network_read(cases[i].network, &network));
        assert_true(network_address(cases[i].address, &address));
        if (network_holds(&network, &address) != cases[i].holds)
            fail_msg("%s, %s: %s", cases[i].network, cases[i].address, cases[i].why);
    }
}

static void what_is_no_network(void **state)
{
    static const char *const texts[] = {
        "",
        "/",
        "203.0.113.0/33",
        "2001:db8::/129",
        "203.0.113.0/",
        "203.0.113.0/-1",
        "203.0.113",
        "203.0.113.256",
        "203.0.113.0/24/24",
        "203.0.113.0/0x8",
        "example.org",
        " 203.0.113.1",
        "203.0.113.1 ",
        "::1/1000",
        "1:2:3:4:5:6:7:8:9",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001",
    };
    struct network network;

    (void)state;
    for (size_t i = 0; i < CASES(texts); i++)
        if (network_read(texts[i], &network))
            fail_msg("\"%s\" is taken", texts[i]);
}

static void knows_this_machine(void **state)
{
    static const struct {
        const char *address, *shown;
        bool loopback;
    } known[] = {
        { "127.0.0.1", "127.0.0.1", true },
        { "127.255.0.9", "127.255.0.9", true },
        { "::1", "::1", true },
        { "::ffff:127.0.0.1", "127.0.0.1", true },
        { "128.0.0.1", "128.0.0.1", false },
        { "::2", "::2", false },
        { "0.0.0.0", "0.0.0.0", false },
        { "2001:DB8::1", "2001:db8::1", false },
    };

    (void)state;
    for (size_t i = 0; i < CASES(known); i++) {
        struct network_address address, again;
        char text[NETWORK_TEXT_BYTES];

        assert_true(network_address(known[i].address, &address));
        assert_int_equal(network_is_loopback(&address), known[i].loopback);
        assert_string_equal(network_text(&address, text), known[i].shown);
        assert_true(network_address(text, &again) && network_same(&address, &again));
    }
}

static void reads_what_a_socket_says(void **state)
{
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    const struct sockaddr other = { .sa_family = AF_UNIX };
    struct network_address address;

    (void)state;
    assert_true(network_of_socket((const struct sockaddr *)&v4, &address) && network_is_loopback(&address));
    assert_true(network_of_socket((const struct sockaddr *)&v6, &address) && network_is_loopback(&address));
    assert_false(network_of_socket(&other, &address));
}

static void reads_where_to_listen(void **state)
{
    static const struct {
        const char *text;
        int family, port; /* port 0: it is none */
    } ends[] = {
        { "127.0.0.1:8057", AF_INET, 8057 },
        { "0.0.0.0:1", AF_INET, 1 },
        { "[::1]:8057", AF_INET6, 8057 },
        { "[::]:65535", AF_INET6, 65535 },
        { "[2001:db8:0:1:2:3:4:5]:80", AF_INET6, 80 },
        { "127.0.0.1", 0, 0 },
        { "127.0.0.1:", 0, 0 },
        { "127.0.0.1:0", 0, 0 },
        { "127.0.0.1:65536", 0, 0 },
        { "127.0.0.1:80 ", 0, 0 },
        { "127.0.0.1:+80", 0, 0 },
        { ":8057", 0, 0 },
        { "8057", 0, 0 },
        { "localhost:8057", 0, 0 },
        { "::1:8057", 0, 0 },
        { "[127.0.0.1]:8057", 0, 0 },
        { "[::1]8057", 0, 0 },
        { "[]:8057", 0, 0 },
        { "[::1:8057", 0, 0 },
        { "[0000000000000000000000000000000000000000000000000000000::1]:8057", 0, 0 },
        { "", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < CASES(ends); i++) {
        struct network_endpoint endpoint = { 0 };
        bool read = network_endpoint(ends[i].text, &endpoint);

        if (read != (ends[i].port > 0))
            fail_msg("%s: %s", ends[i].text, read ? "taken" : "not taken");
        if (!read)
            continue;
        assert_int_equal(endpoint.socket.any.sa_family, ends[i].family);
        assert_int_equal(
            ntohs(ends[i].family == AF_INET ? endpoint.socket.v4.sin_port : endpoint.socket.v6.sin6_port),
            ends[i].port);
        assert_int_equal(endpoint.bytes, ends[i].family == AF_INET ? sizeof(struct sockaddr_in)
                                                                   : sizeof(struct sockaddr_in6));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_hold_addresses), cmocka_unit_test(what_is_no_network),
        cmocka_unit_test(knows_this_machine),      cmocka_unit_test(reads_what_a_socket_says),
        cmocka_unit_test(reads_where_to_listen),
    };

    return cmocka_run_group_tests_name("base_network", tests, NULL, NULL);
}
