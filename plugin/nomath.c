/* Debian's SQLite brings mathematical functions for SQL, which no statement of munja uses, and the library of
   mathematics with them, which each start would map and bind. Where SQLite is linked in, these stand in for
   it: a statement that did use one would get NULL. They are the executable's own: what it loads finds the
   real ones. */
#include <math.h>

#define ONE(name)                                                                                            \
    __attribute__((visibility("hidden"))) double name(double x)                                              \
    {                                                                                                        \
        (void)x;                                                                                             \
        return NAN;                                                                                          \
    }
#define TWO(name)                                                                                            \
    __attribute__((visibility("hidden"))) double name(double x, double y)                                    \
    {                                                                                                        \
        (void)x, (void)y;                                                                                    \
        return NAN;                                                                                          \
    }

ONE(acos)
ONE(acosh)
ONE(asin)
ONE(asinh)
ONE(atan)
ONE(atanh)
ONE(cos)
ONE(cosh)
ONE(exp)
ONE(log)
ONE(sin)
ONE(sinh)
ONE(sqrt)
ONE(tan)
ONE(tanh)
ONE(trunc)
TWO(atan2)
TWO(fmod)
TWO(pow)
