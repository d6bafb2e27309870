//! An executor that stands between the futures it runs, one after the other.
//!
//! Here for who waits for the same things again and again (`poll` of POSIX): what was registered with it stays registered, and its waker is the same
//! one each time, so that those who are not woken do not keep one for each time they were asked.

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll};

use super::{Core, CoreRef};
use crate::block;
use crate::published;

/// An executor. Dropping it ends it.
pub struct Standing(CoreRef);

impl Standing {
    /// One that runs nothing yet.
    pub fn new() -> Standing {
        Standing(Core::make())
    }

    /// Runs `future` to its end; blocks while it cannot go on.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        self.run(|context| future.as_mut().poll(context), |core| core.turn())
    }

    /// Polls `future`, and if it is not ready gives the host and the other threads a turn and polls it again. `None`: it is not ready now.
    pub fn look<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut looks = 0;
        let look = |context: &mut Context<'_>| {
            looks += 1;
            match future.as_mut().poll(context) {
                Poll::Ready(value) => Poll::Ready(Some(value)),
                Poll::Pending if looks == 2 => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        };
        self.run(look, |core| {
            block::give_way();
            core.root_is_ready.set(true);
        })
    }

    /// Polls until there is something, and calls `between` whenever nothing can go on.
    fn run<R>(&self, mut poll: impl FnMut(&mut Context<'_>) -> Poll<R>, mut between: impl FnMut(&Core)) -> R {
        let core = &*self.0;
        let _published = Published(published::replace((&raw const core.published).cast_mut()));
        let waker = core.root_waker();
        let mut context = Context::from_waker(&waker);
        core.root_is_ready.set(true);
        loop {
            // What has come meanwhile, all of it, so that one look is enough.
            while let Some(delivery) = core.set.poll_for_delivery() {
                core.deliver(delivery);
            }
            if core.root_is_ready.replace(false)
                && let Poll::Ready(value) = poll(&mut context)
            {
                return value;
            }
            between(core);
        }
    }
}

impl Default for Standing {
    fn default() -> Standing {
        Standing::new()
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Publishes again what was published before.
struct Published(*mut published::Task);

impl Drop for Published {
    fn drop(&mut self) {
        published::replace(self.0);
    }
}
