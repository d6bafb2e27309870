//! C's names of the functions of `long double`, which is f128 on wasm: LLVM calls them for operations on f128.

macro_rules! long_double {
    ($($name:ident = $function:ident($($argument:ident),+);)+) => {
        intrinsics! {
            $(
                pub extern "C" fn $name($($argument: f128),+) -> f128 {
                    $crate::math::libm_math::$function($($argument),+)
                }
            )+
        }
    };
}

long_double! {
    ceill = ceilf128(x);
    floorl = floorf128(x);
    fmal = fmaf128(x, y, z);
    fmodl = fmodf128(x, y);
    rintl = rintf128(x);
    roundl = roundf128(x);
    sqrtl = sqrtf128(x);
    truncl = truncf128(x);
}
