/* Calls a variadic function: integers, what is promoted, doubles, pointers and structures in one list. */
#include <stdint.h>
struct pair { int32_t a; double b; };
double c_call_variadic(double (*f)(int32_t, ...), int32_t count) {
    int64_t wide = -4000000000;
    struct pair pair = { 5, 0.5 };
    return f(count, (int8_t)-1, 2u, wide, 3.25f, 4.5, &wide, &pair, (uint16_t)65535);
}
