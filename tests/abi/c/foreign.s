# Throws an exception whose tag is not that of Rust's panics (nor of C++, which has the same).
	.tagtype	foreign i32
	.globl	foreign
foreign:

	.text
	.globl	throw_foreign
	.type	throw_foreign,@function
throw_foreign:
	.functype	throw_foreign () -> ()
	i32.const	1
	throw	foreign
	end_function
