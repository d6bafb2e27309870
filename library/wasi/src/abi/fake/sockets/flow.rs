//! One direction of a fake connection.

use std::cell::RefCell;
use std::rc::Rc;
use std::vec::Vec;

use super::{CAPACITY, on_arrival};
use crate::Error;
use crate::abi::sockets::layout::Outcome;
use component_rt::abi::fake::futures::HostFuture;
use component_rt::abi::fake::host;
use component_rt::abi::fake::streams::{HostReader, HostWriter};

const SENT: &str = "wasi:sockets/types@0.3.0#[method]tcp-socket.send#0";
const SEND_RESULT: &str = "wasi:sockets/types@0.3.0#[method]tcp-socket.send#1";
const RECEIVED: &str = "wasi:sockets/types@0.3.0#[method]tcp-socket.receive#0";
const RECEIVE_RESULT: &str = "wasi:sockets/types@0.3.0#[method]tcp-socket.receive#1";

/// Bytes on their way from one socket to another.
#[derive(Default)]
pub(super) struct Flow(RefCell<State>);

#[derive(Default)]
struct State {
    from: Option<(HostReader, HostFuture)>,
    to: Option<(HostWriter, HostFuture)>,
    /// Bytes that were sent and have not arrived.
    travelling: usize,
    /// What arrived before the receiver called `receive`.
    early: Vec<u8>,
    sender_is_done: bool,
    failure: Option<Error>,
}

impl Flow {
    /// `send`: takes the readable end the guest made, gives the future.
    pub(super) fn send(self: &Rc<Self>, stream: u32) -> u32 {
        let (future, result) = HostFuture::new(SEND_RESULT);
        let from = HostReader::take(SENT, stream);
        let flow = Rc::clone(self);
        from.observe(move |_| flow.turn());
        self.0.borrow_mut().from = Some((from, result));
        self.turn();
        future
    }

    /// `receive`: gives the stream and the future.
    pub(super) fn receive(self: &Rc<Self>) -> (u32, u32) {
        let (stream, to) = HostWriter::new(RECEIVED, 1);
        let (future, result) = HostFuture::new(RECEIVE_RESULT);
        let flow = Rc::clone(self);
        to.observe(move || flow.turn());
        to.write(&core::mem::take(&mut self.0.borrow_mut().early));
        self.0.borrow_mut().to = Some((to, result));
        self.turn();
        (stream, future)
    }

    /// The sending socket is gone; what it sent still arrives.
    pub(super) fn close(self: &Rc<Self>) {
        if self.0.borrow().from.is_none() {
            self.0.borrow_mut().sender_is_done = true;
            self.turn();
        }
    }

    /// The connection breaks.
    pub(super) fn fail(&self, error: Error) {
        let mut state = self.0.borrow_mut();
        state.failure = Some(error);
        state.early.clear();
        let (from, to) = (state.from.take(), state.to.take());
        drop(state);
        if let Some((from, result)) = from {
            result.write(Outcome::<()>::lower(Err(error)));
            from.drop_end();
        }
        if let Some((to, result)) = to {
            result.write(Outcome::<()>::lower(Err(error)));
            to.end();
        }
    }

    /// Moves on what can move on.
    fn turn(self: &Rc<Self>) {
        let mut state = self.0.borrow_mut();
        if let Some(error) = state.failure {
            drop(state);
            return self.fail(error);
        }
        let Some((from, _)) = &state.from else {
            drop(state);
            return self.finish();
        };
        let from = from.clone();
        let bytes = from.bytes();
        let held = state.to.as_ref().map_or(state.early.len(), |(to, _)| to.left());
        state.travelling += bytes.len();
        let room = CAPACITY.saturating_sub(held + state.travelling);
        drop(state);
        if !bytes.is_empty() {
            let flow = Rc::clone(self);
            on_arrival(move || flow.arrive(bytes));
        }
        from.set_appetite(room);
        if from.writer_is_gone() && !self.0.borrow().sender_is_done {
            self.0.borrow_mut().sender_is_done = true;
            let flow = Rc::clone(self);
            on_arrival(move || flow.finish());
        }
    }

    fn arrive(self: &Rc<Self>, bytes: Vec<u8>) {
        let mut state = self.0.borrow_mut();
        state.travelling -= bytes.len();
        match &state.to {
            Some((to, _)) => {
                let to = to.clone();
                drop(state);
                if !to.reader_is_gone() {
                    to.write(&bytes);
                }
            }
            None => state.early.extend(bytes),
        }
    }

    /// Tells both ends of an orderly end, once everything has arrived.
    fn finish(&self) {
        let mut state = self.0.borrow_mut();
        if !state.sender_is_done || state.travelling > 0 {
            return;
        }
        let (from, to) = (state.from.take(), state.to.take());
        drop(state);
        if let Some((_, result)) = from {
            result.write(Outcome::<()>::lower(Ok(())));
        }
        if let Some((to, result)) = to {
            result.write(Outcome::<()>::lower(Ok(())));
            to.end();
        }
    }
}

/// A pair of flows that has been connected.
pub(super) fn schedule_close(flow: &Rc<Flow>) {
    let flow = Rc::clone(flow);
    host::at(host::now(), move || flow.close());
}
