#ifndef MUNJA_T_UNIT_H
#define MUNJA_T_UNIT_H

/* What every unit test needs, in the order cmocka wants it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CASES(table) (sizeof(table) / sizeof *(table))

#endif
