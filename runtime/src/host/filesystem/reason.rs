//! Why a call failed, where wasmtime-wasi only says that it did.
//!
//! wasmtime-wasi has the code `io` for every error it does not know; WASI has codes for most of them. A call that failed so is made once more
//! here, for its reason (and should it succeed now, it has). `other` carries a text: std takes one that is the message of an error of its
//! own for that error.

use super::{Answer, Devices, Host, answer, as_directory, parent};
use rustix::fs::{AtFlags, Mode};
use rustix::io::Errno;
use std::fs::File;
use std::sync::Arc;
use wasmtime::Result;
use wasmtime::component::{Accessor, LinkerInstance, Resource};
use wasmtime_wasi::TrappableError;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystem, WasiFilesystemView as _};
use wasmtime_wasi::p3::bindings::filesystem::types::{ErrorCode, HostDescriptorWithStore, PathFlags};

/// The code of an error that wasmtime-wasi has none for.
pub(super) fn code(errno: Errno) -> Option<ErrorCode> {
    Some(match errno {
        Errno::ROFS => ErrorCode::ReadOnly,
        Errno::XDEV => ErrorCode::CrossDevice,
        Errno::DQUOT => ErrorCode::Quota,
        Errno::TXTBSY => ErrorCode::TextFileBusy,
        Errno::NODEV => ErrorCode::NoDevice,
        Errno::NXIO => ErrorCode::NoSuchDevice,
        Errno::DEADLK => ErrorCode::Deadlock,
        Errno::MFILE => ErrorCode::Other(Some("Too many open files".to_owned())),
        Errno::NFILE => ErrorCode::Other(Some("Too many open files in system".to_owned())),
        _ => return None,
    })
}

/// The code of an error of the kernel.
pub(super) fn of(errno: Errno) -> ErrorCode {
    code(errno).unwrap_or_else(|| std::io::Error::from(errno).into())
}

/// Defines functions that ask again.
pub(super) fn add_to_linker(types: &mut LinkerInstance<'_, Host>) -> Result<()> {
    types.func_wrap_concurrent(
        "[method]descriptor.create-directory-at",
        |accessor, (directory, path): (_, String)| {
            Box::pin(async move {
                let again = Again::of(accessor, &directory);
                let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
                let result = WasiFilesystem::create_directory_at(&wasi, directory, path.clone()).await;
                again.answer(result, |directory| {
                    let (parent, name) = parent(directory, &path)?;
                    rustix::fs::mkdirat(&parent, name, Mode::from_raw_mode(0o777))
                })
            })
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.remove-directory-at",
        |accessor, (directory, path): (_, String)| {
            Box::pin(async move {
                let again = Again::of(accessor, &directory);
                let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
                let result = WasiFilesystem::remove_directory_at(&wasi, directory, path.clone()).await;
                again.answer(result, |directory| {
                    let (parent, name) = parent(directory, &path)?;
                    rustix::fs::unlinkat(&parent, name, AtFlags::REMOVEDIR)
                })
            })
        },
    )?;
    types.func_wrap_concurrent("[method]descriptor.unlink-file-at", |accessor, (directory, path): (_, String)| {
        unlink_file_at(accessor, directory, path)
    })?;
    types.func_wrap_concurrent(
        "[method]descriptor.rename-at",
        |accessor, (old_directory, old, new_directory, new): (_, String, _, String)| {
            Box::pin(async move {
                let (again, there) = (Again::of(accessor, &old_directory), Again::of(accessor, &new_directory));
                let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
                let result =
                    WasiFilesystem::rename_at(&wasi, old_directory, old.clone(), new_directory, new.clone()).await;
                again.answer(result, |directory| {
                    let (old_parent, old) = parent(directory, &old)?;
                    let (new_parent, new) = parent(&*there.directory?, &new)?;
                    rustix::fs::renameat(&old_parent, old, &new_parent, new)
                })
            })
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.link-at",
        |accessor, (old_directory, flags, old, new_directory, new): (_, PathFlags, String, _, String)| {
            Box::pin(async move {
                let (again, there) = (Again::of(accessor, &old_directory), Again::of(accessor, &new_directory));
                let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
                let result =
                    WasiFilesystem::link_at(&wasi, old_directory, flags, old.clone(), new_directory, new.clone()).await;
                again.answer(result, |directory| {
                    let (old_parent, old) = parent(directory, &old)?;
                    let (new_parent, new) = parent(&*there.directory?, &new)?;
                    rustix::fs::linkat(&old_parent, old, &new_parent, new, AtFlags::empty())
                })
            })
        },
    )?;
    types.func_wrap_concurrent(
        "[method]descriptor.symlink-at",
        |accessor, (directory, target, path): (_, String, String)| {
            Box::pin(async move {
                let again = Again::of(accessor, &directory);
                let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
                let result = WasiFilesystem::symlink_at(&wasi, directory, target.clone(), path.clone()).await;
                again.answer(result, |directory| {
                    let (parent, name) = parent(directory, &path)?;
                    rustix::fs::symlinkat(&target, &parent, name)
                })
            })
        },
    )?;
    types.func_wrap_concurrent("[method]descriptor.readlink-at", |accessor, (directory, path): (_, String)| {
        Box::pin(async move {
            let of_device = accessor.with(|mut store| {
                let Host { table, devices, .. } = store.get();
                let devices = Devices::at(devices, as_directory(table.get(&directory).ok()).ok()?)?;
                Some(devices.stat(&path).map_or_else(|code| code, |_| ErrorCode::Invalid))
            });
            if let Some(code) = of_device {
                return Ok((Err(code),));
            }
            let again = Again::reading(accessor, &directory);
            let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
            let result = WasiFilesystem::readlink_at(&wasi, directory, path.clone()).await;
            again.answer(result, |directory| {
                let (parent, name) = parent(directory, &path)?;
                let target = rustix::fs::readlinkat(&parent, name, Vec::new())?;
                target.into_string().map_err(|_| Errno::ILSEQ)
            })
        })
    })
}

/// `unlink-file-at`
pub(in crate::host) fn unlink_file_at<'a>(
    accessor: &'a Accessor<Host>,
    directory: Resource<Descriptor>,
    path: String,
) -> Answer<'a, ()> {
    Box::pin(async move {
        let again = Again::of(accessor, &directory);
        let wasi = accessor.with_getter::<WasiFilesystem>(Host::filesystem);
        let result = WasiFilesystem::unlink_file_at(&wasi, directory, path.clone()).await;
        again.answer(result, |directory| {
            let (parent, name) = parent(directory, &path)?;
            rustix::fs::unlinkat(&parent, name, AtFlags::empty())
        })
    })
}

/// A directory for another try.
struct Again {
    directory: Result<Arc<File>, Errno>,
}

impl Again {
    /// To change what is in it.
    fn of(accessor: &Accessor<Host>, descriptor: &Resource<Descriptor>) -> Again {
        let directory = accessor.with(|mut store| {
            let directory = as_directory(store.get().table.get(descriptor).ok())?;
            if directory.perms.write_not_permitted() { Err(Errno::PERM) } else { Ok(directory.dir.clone()) }
        });
        Again { directory }
    }

    /// To look at what is in it.
    fn reading(accessor: &Accessor<Host>, descriptor: &Resource<Descriptor>) -> Again {
        let directory =
            accessor.with(|mut store| Ok(as_directory(store.get().table.get(descriptor).ok())?.dir.clone()));
        Again { directory }
    }

    /// The result, but for one that is an error without a reason: then what `call` comes to.
    fn answer<T>(
        self,
        result: Result<T, TrappableError<ErrorCode>>,
        call: impl FnOnce(&File) -> Result<T, Errno>,
    ) -> Result<(Result<T, ErrorCode>,)> {
        let (result,) = answer(Errno::IO, result)?;
        if !matches!(result, Err(ErrorCode::Io)) {
            return Ok((result,));
        }
        Ok((match self.directory.and_then(|directory| call(&directory)) {
            Ok(value) => Ok(value),
            Err(errno) => Err(code(errno).unwrap_or(ErrorCode::Io)),
        },))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_not_lost() {
        // Each of these is `io` to wasmtime-wasi; a quota that is full cannot be had in a test.
        assert!(matches!(of(Errno::DQUOT), ErrorCode::Quota));
        assert!(matches!(of(Errno::ROFS), ErrorCode::ReadOnly));
        assert!(matches!(of(Errno::MFILE), ErrorCode::Other(Some(text)) if text == "Too many open files"));
        // These it knows.
        assert!(matches!(of(Errno::NOSPC), ErrorCode::InsufficientSpace));
        assert!(matches!(of(Errno::BADF), ErrorCode::BadDescriptor));
    }
}
