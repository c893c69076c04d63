/* Addresses and networks. Everything is kept as IPv6 has it, so that there is one way to compare. */
#include "base/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"

/* In front of the four bytes of IPv4. */
#define MAPPED_BITS 96

static void map(const struct in_addr *v4, struct network_address *address)
{
    static const unsigned char prefix[12] = { [10] = 0xff, [11] = 0xff };

    memcpy(address->bytes.s6_addr, prefix, sizeof prefix);
    memcpy(address->bytes.s6_addr + sizeof prefix, v4, sizeof *v4);
}

bool network_address(const char *text, struct network_address *address)
{
    struct in_addr v4;
    struct in6_addr v6;

    if (inet_pton(AF_INET, text, &v4) == 1)
        map(&v4, address);
    else if (inet_pton(AF_INET6, text, &v6) == 1)
        address->bytes = v6;
    else
        return false;
    return true;
}

bool network_of_socket(const struct sockaddr *socket, struct network_address *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (socket->sa_family == AF_INET) {
        memcpy(&v4, socket, sizeof v4);
        map(&v4.sin_addr, address);
    } else if (socket->sa_family == AF_INET6) {
        memcpy(&v6, socket, sizeof v6);
        address->bytes = v6.sin6_addr;
    } else {
        return false;
    }
    return true;
}

static bool is_mapped(const struct network_address *address)
{
    return IN6_IS_ADDR_V4MAPPED(&address->bytes);
}

bool network_is_loopback(const struct network_address *address)
{
    return IN6_IS_ADDR_LOOPBACK(&address->bytes)
           || (is_mapped(address) && address->bytes.s6_addr[MAPPED_BITS / 8] == 127);
}

bool network_same(const struct network_address *a, const struct network_address *b)
{
    return memcmp(&a->bytes, &b->bytes, sizeof a->bytes) == 0;
}

const char *network_text(const struct network_address *address, char text[NETWORK_TEXT_BYTES])
{
    const unsigned char *bytes = address->bytes.s6_addr;
    const char *made = is_mapped(address)
                           ? inet_ntop(AF_INET, bytes + MAPPED_BITS / 8, text, NETWORK_TEXT_BYTES)
                           : inet_ntop(AF_INET6, bytes, text, NETWORK_TEXT_BYTES);

    return made == NULL ? "?" : made;
}

bool network_read(const char *text, struct network *network)
{
    const char *slash = strchr(text, '/');
    size_t bytes = slash == NULL ? strlen(text) : (size_t)(slash - text);
    char address[NETWORK_TEXT_BYTES];
    struct network made = { .bits = 128 };
    unsigned most;

    if (bytes >= sizeof address)
        return false;
    memcpy(address, text, bytes);
    address[bytes] = '\0';
    if (!network_address(address, &made.address))
        return false;
    if (slash != NULL) {
        most = strchr(address, ':') == NULL ? 32 : 128;
        if (!digits_only(slash + 1, 3) || (unsigned)atoi(slash + 1) > most)
            return false;
        made.bits = 128 - most + (unsigned)atoi(slash + 1);
    }
    *network = made;
    return true;
}

bool network_holds(const struct network *network, const struct network_address *address)
{
    const unsigned char *a = network->address.bytes.s6_addr, *b = address->bytes.s6_addr;
    unsigned whole = network->bits / 8, rest = network->bits % 8;

    return memcmp(a, b, whole) == 0 && (rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0);
}

static bool port_read(const char *text, in_port_t *port)
{
    long number = digits_only(text, 5) ? strtol(text, NULL, 10) : 0;

    *port = htons((in_port_t)number);
    return number > 0 && number <= 65535;
}

bool network_endpoint(const char *text, struct network_endpoint *endpoint)
{
    const char *colon = strrchr(text, ':');
    size_t bytes = colon == NULL ? 0 : (size_t)(colon - text);
    bool bracketed = bytes > 2 && text[0] == '[' && text[bytes - 1] == ']';
    struct network_endpoint made = { 0 };
    char address[NETWORK_TEXT_BYTES + 2];
    in_port_t port;

    if (bytes == 0 || bytes >= sizeof address || !port_read(colon + 1, &port))
        return false;
    snprintf(address, sizeof address, "%.*s", (int)(bracketed ? bytes - 2 : bytes), text + bracketed);
    if (!bracketed && inet_pton(AF_INET, address, &made.socket.v4.sin_addr) == 1) {
        made.socket.v4.sin_family = AF_INET;
        made.socket.v4.sin_port = port;
        made.bytes = sizeof made.socket.v4;
    } else if (bracketed && inet_pton(AF_INET6, address, &made.socket.v6.sin6_addr) == 1) {
        made.socket.v6.sin6_family = AF_INET6;
        made.socket.v6.sin6_port = port;
        made.bytes = sizeof made.socket.v6;
    } else {
        return false;
    }
    *endpoint = made;
    return true;
}
