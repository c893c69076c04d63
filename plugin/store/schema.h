#ifndef MUNJA_STORE_SCHEMA_H
#define MUNJA_STORE_SCHEMA_H

/* The tables, made by these statements, which NULL ends. Times are milliseconds since 1970, 0 for never;
   texts are "" for none. Ids grow and are never used again, since gateways know messages by them. */
#define SCHEMA_VERSION 1
extern const char *const schema_statements[];

#endif
