#ifndef MUNJA_BASE_NETWORK_H
#define MUNJA_BASE_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/* Addresses of machines, as numbers only: nothing is looked up. One of IPv4 and the same written for IPv6
   (::ffff:192.0.2.1) are one address. */
struct network_address {
    struct in6_addr bytes;
};
bool network_address(const char *text, struct network_address *address);

/* The address that a socket is connected to; false when it is of another family. */
bool network_of_socket(const struct sockaddr *socket, struct network_address *address);

bool network_is_loopback(const struct network_address *address);
bool network_same(const struct network_address *a, const struct network_address *b);

/* For a log; an address of IPv4 as people write it. */
#define NETWORK_TEXT_BYTES INET6_ADDRSTRLEN
const char *network_text(const struct network_address *address, char text[NETWORK_TEXT_BYTES]);

/* "203.0.113.0/24", "2001:db8::/32", or one address alone. */
struct network {
    struct network_address address;
    unsigned bits; /* of 128 */
};
bool network_read(const char *text, struct network *network);
bool network_holds(const struct network *network, const struct network_address *address);

/* "127.0.0.1:8057", "[::1]:8057": where to listen. The port is from 1 to 65535. */
struct network_endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } socket;
    socklen_t bytes;
};
bool network_endpoint(const char *text, struct network_endpoint *endpoint);

#endif
