//! Events: what a waitable set delivers.
//!
//! Canonical ABI, `EventCode` and `pack_copy_result`. The three words of an event are decoded here and nowhere else.

use crate::assert;
use crate::waitable::Handle;

/// Something that happened to a waitable. Canonical ABI: `EventCode` with its two payload words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing was ready (only a poll gives this).
    None,
    /// A subtask moved on.
    Subtask(Handle, SubtaskState),
    /// The copy that a `stream.read` had begun has ended.
    StreamRead(Handle, Copied),
    /// The copy that a `stream.write` had begun has ended.
    StreamWrite(Handle, Copied),
    /// The copy that a `future.read` had begun has ended.
    FutureRead(Handle, CopyResult),
    /// The copy that a `future.write` had begun has ended.
    FutureWrite(Handle, CopyResult),
    /// The caller of this task wants it to end.
    TaskCancelled,
}

impl Event {
    /// Decodes an event as `waitable-set.wait` and `waitable-set.poll` give it.
    #[cfg_attr(target_family = "wasm", rustc_nounwind)]
    pub(crate) fn decode(code: u32, waitable: u32, payload: u32) -> Event {
        match code {
            0 => Event::None,
            1 => Event::Subtask(Handle::new(waitable), SubtaskState::decode(payload)),
            2 => Event::StreamRead(Handle::new(waitable), Copied::expect(payload)),
            3 => Event::StreamWrite(Handle::new(waitable), Copied::expect(payload)),
            4 => Event::FutureRead(Handle::new(waitable), CopyResult::expect(payload)),
            5 => Event::FutureWrite(Handle::new(waitable), CopyResult::expect(payload)),
            6 => Event::TaskCancelled,
            _ => assert::broken("an event code is at most 6"),
        }
    }
}

/// How far a subtask is. Canonical ABI: `Subtask.State`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubtaskState {
    /// The callee has not read its arguments yet.
    Starting,
    /// The callee runs; the arguments may be freed.
    Started,
    /// The callee has returned: the result is in the return area.
    Returned,
    /// Cancelled before the callee read its arguments. There is no result.
    CancelledBeforeStarted,
    /// Cancelled after the callee had read its arguments. There is no result.
    CancelledBeforeReturned,
}

impl SubtaskState {
    /// Decodes a state word.
    #[inline]
    pub(crate) fn decode(state: u32) -> SubtaskState {
        match state {
            0 => SubtaskState::Starting,
            1 => SubtaskState::Started,
            2 => SubtaskState::Returned,
            3 => SubtaskState::CancelledBeforeStarted,
            4 => SubtaskState::CancelledBeforeReturned,
            _ => assert::broken("a subtask state is at most 4"),
        }
    }

    /// Whether the subtask has come to its end, so that it may be dropped.
    pub fn is_resolved(self) -> bool {
        !matches!(self, SubtaskState::Starting | SubtaskState::Started)
    }
}

/// How a copy ended. Canonical ABI: `CopyResult`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyResult {
    /// Elements were copied; the other end is still there.
    Completed,
    /// The other end has been dropped: no copy will ever happen again.
    Dropped,
    /// This side cancelled the copy.
    Cancelled,
}

impl CopyResult {
    /// Decodes what a built-in of a future gives; `None` stands for BLOCKED.
    #[inline]
    pub(crate) fn decode(code: u32) -> Option<CopyResult> {
        if code == BLOCKED { None } else { Some(CopyResult::expect(code)) }
    }

    #[inline]
    fn expect(code: u32) -> CopyResult {
        match code {
            0 => CopyResult::Completed,
            1 => CopyResult::Dropped,
            2 => CopyResult::Cancelled,
            _ => assert::broken("a copy result is completed, dropped or cancelled"),
        }
    }
}

/// What a copy over a stream came to: how many elements, and how it ended.
///
/// A count above zero may come with every result: elements that were copied before the other end was dropped count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Elements copied.
    pub count: usize,
    /// How the copy ended.
    pub result: CopyResult,
}

impl Copied {
    /// Decodes what a built-in of a stream gives; `None` stands for BLOCKED. Canonical ABI: `pack_copy_result`.
    #[inline]
    pub(crate) fn decode(code: u32) -> Option<Copied> {
        if code == BLOCKED { None } else { Some(Copied::expect(code)) }
    }

    /// Decodes an event's payload.
    #[inline]
    pub(crate) fn expect(code: u32) -> Copied {
        Copied { count: (code >> 4) as usize, result: CopyResult::expect(code & 0xf) }
    }
}

/// Canonical ABI: `BLOCKED`, the copy goes on and its end will be an event.
const BLOCKED: u32 = 0xffff_ffff;
