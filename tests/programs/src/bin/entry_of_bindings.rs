//! A `run` that bindings export, lifted with a callback, is the program: main is not called, and what std holds of the output arrives.
//@ plain = true
//@ stdout = "a line\nand what does not end one"
//@ native = "there a program begins at main"

/// What bindings make: the export, its callback, and the function by which it returns.
#[cfg(target_family = "wasm")]
mod bindings {
    #[link(wasm_import_module = "[export]wasi:cli/run@0.3.0")]
    unsafe extern "C" {
        #[link_name = "[task-return]run"]
        fn task_return(result: i32);
    }

    #[unsafe(export_name = "[async-lift]wasi:cli/run@0.3.0#run")]
    extern "C" fn run() -> i32 {
        println!("a line");
        print!("and what does not end one");
        // SAFETY: called once in the task, with a result that is ok.
        unsafe { task_return(0) };
        // The task's exit.
        0
    }

    #[unsafe(export_name = "[callback][async-lift]wasi:cli/run@0.3.0#run")]
    extern "C" fn callback(_: i32, _: i32, _: i32) -> i32 {
        unreachable!("the task never waits")
    }
}

fn main() {
    println!("main");
}
