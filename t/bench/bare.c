/* The measure of things: what one verified HTTPS POST costs a program that does nothing else. libcurl with
   its defaults, but for the certificates, which come from the file or folder that is named. Prints nothing.

       bare CA-FILE-OR-FOLDER URL BODY [HEADER…] */
#include <curl/curl.h>
#include <sys/stat.h>

static size_t drop(char *data, size_t size, size_t count, void *context)
{
    (void)data;
    (void)context;
    return size * count;
}

int main(int argc, char **argv)
{
    struct curl_slist *headers = NULL;
    struct stat ca;
    long status = 0;
    CURL *curl;

    if (argc < 4 || stat(argv[1], &ca) != 0 || (curl = curl_easy_init()) == NULL)
        return 2;
    for (int i = 4; i < argc; i++)
        headers = curl_slist_append(headers, argv[i]);
    curl_easy_setopt(curl, CURLOPT_CAINFO, S_ISDIR(ca.st_mode) ? NULL : argv[1]);
    curl_easy_setopt(curl, CURLOPT_CAPATH, S_ISDIR(ca.st_mode) ? argv[1] : NULL);
    curl_easy_setopt(curl, CURLOPT_URL, argv[2]);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, argv[3]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    if (curl_easy_perform(curl) != CURLE_OK)
        return 1;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status == 200 ? 0 : 1;
}
