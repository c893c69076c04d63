#ifndef MUNJA_STORE_VFS_H
#define MUNJA_STORE_VFS_H

/* The name of SQLite's own file layer with one sync less, for sqlite3_open_v2; NULL when it cannot be had. */
const char *vfs_name(void);

#endif
