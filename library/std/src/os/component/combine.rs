//! Several futures as one.

use crate::future::{Future, poll_fn};
use crate::pin::pin;
use crate::task::Poll;

/// Both values, when both futures have theirs. They are polled in one task.
#[stable(feature = "component_async", since = "1.96.0")]
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut of_a, mut of_b) = (None, None);
    poll_fn(|context| {
        if of_a.is_none()
            && let Poll::Ready(value) = a.as_mut().poll(context)
        {
            of_a = Some(value);
        }
        if of_b.is_none()
            && let Poll::Ready(value) = b.as_mut().poll(context)
        {
            of_b = Some(value);
        }
        match (of_a.take(), of_b.take()) {
            (Some(of_a), Some(of_b)) => Poll::Ready((of_a, of_b)),
            others => {
                (of_a, of_b) = others;
                Poll::Pending
            }
        }
    })
    .await
}

/// The value of whichever future has its value first; the other one is dropped where it stands. If both have it at once it is the first one's.
#[stable(feature = "component_async", since = "1.96.0")]
pub async fn race<A: Future, B: Future<Output = A::Output>>(a: A, b: B) -> A::Output {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|context| match a.as_mut().poll(context) {
        Poll::Pending => b.as_mut().poll(context),
        ready => ready,
    })
    .await
}
