/* The addresses an administrator writes. */
#include "settings/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_port(const char *text, size_t length)
{
    char digits[6] = { 0 };

    if (length == 0 || length >= sizeof digits || strspn(text, "0123456789") < length)
        return false;
    memcpy(digits, text, length);
    return atoi(digits) >= 1 && atoi(digits) <= 65535;
}

/* HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT */
static bool is_authority(const char *text, size_t length)
{
    static const char host[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    size_t name;

    if (*text == '[') {
        name = strspn(text + 1, "0123456789abcdefABCDEF:.") + 1;
        if (name < 3 || text[name] != ']')
            return false;
        name++;
    } else {
        name = strspn(text, host);
    }
    if (name == 0 || name > length)
        return false;
    return name == length || (text[name] == ':' && is_port(text + name + 1, length - name - 1));
}

const char *url_fault(const char *url, bool plaintext)
{
    const char *host;
    size_t length;

    for (const char *at = url; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~' || strchr("\"<>\\^`{|}", *at) != NULL)
            return "holds a character that no URL has";
    }
    if (strncasecmp(url, "https://", 8) == 0)
        host = url + 8;
    else if (strncasecmp(url, "http://", 7) == 0)
        host = url + 7;
    else
        return "must begin with https://";
    if (host == url + 7 && !plaintext)
        return "must begin with https:// (http:// needs plaintext = true)";
    length = strcspn(host, "/?#");
    if (memchr(host, '@', length) != NULL)
        return "must not hold a user or password: they have keys of their own";
    if (!is_authority(host, length))
        return "has no valid host or port";
    if (strpbrk(host, "?#") != NULL)
        return "must end before any ? or #";
    return NULL;
}

bool url_is_host(const char *text)
{
    return text[strcspn(text, ":")] == '\0' && is_authority(text, strlen(text));
}

bool url_is_resolve(const char *text)
{
    size_t host = strcspn(text, ":"), port;

    if (host == 0 || text[host] == '\0' || strpbrk(text, " \t\n") != NULL)
        return false;
    port = strcspn(text + host + 1, ":");
    return is_port(text + host + 1, port) && text[host + 1 + port] == ':' && text[host + 2 + port] != '\0';
}
