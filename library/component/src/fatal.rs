//! How a program ends that cannot go on.
//!
//! There is nobody here to tell it to: the crate above has the streams. It defines functions by these names, in
//! assembly ([`crate::thread`]'s calls two of them), so that a program contains only the messages it can come to.

unsafe extern "C" {
    /// There is no memory for a task's thread-local variables: says so and ends the program.
    #[link_name = "component_out_of_memory"]
    pub(crate) safe fn out_of_memory() -> !;
}
