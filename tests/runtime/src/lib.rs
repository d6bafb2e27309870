//! Runs a WASI 0.3 component: the runtime that tests and cargo p3 use.
use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView};

/// Runs a WASI 0.3 component.
#[derive(Parser)]
#[command(name = "component-run", version)]
struct Options {
    /// Grant a directory: HOST[::GUEST][:ro]
    #[arg(long)]
    dir: Vec<String>,
    /// Set an environment variable: KEY=VALUE
    #[arg(long)]
    env: Vec<String>,
    /// Pass the whole environment on
    #[arg(long)]
    inherit_env: bool,
    /// The guest's current directory
    #[arg(long)]
    cwd: Option<String>,
    /// none, loopback or all
    #[arg(long, default_value = "none")]
    net: String,
    /// Only the features that wasmtime has on by default
    #[arg(long)]
    stock: bool,
    /// The component and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

struct Host {
    ctx: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.ctx, table: &mut self.table }
    }
}

/// Runs the component that the process's arguments name.
pub fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    match runtime.block_on(run(&options)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(exit) => ExitCode::from(exit.0 as u8),
            None => fail(&format!("{error:?}")),
        },
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("component-run: {message}");
    ExitCode::from(134)
}

async fn run(options: &Options) -> wasmtime::Result<u8> {
    let mut config = Config::new();
    config.max_wasm_stack(64 << 20);
    config.async_stack_size(66 << 20);
    if !options.stock {
        config.wasm_component_model_threading(true);
        config.wasm_component_model_more_async_builtins(true);
        config.wasm_component_model_async_stackful(true);
    }
    let engine = Engine::new(&config)?;
    let component = Component::from_file(&engine, PathBuf::from(&options.command[0]))?;
    let mut linker = Linker::<Host>::new(&engine);
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    let mut wasi = WasiCtx::builder();
    wasi.inherit_stdio().allow_blocking_current_thread(true).args(&options.command);
    if options.inherit_env {
        wasi.inherit_env();
    }
    for pair in &options.env {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        wasi.env(key, value);
    }
    if let Some(cwd) = &options.cwd {
        wasi.initial_cwd(cwd);
    }
    for grant in &options.dir {
        let (grant, perms) = match grant.strip_suffix(":ro") {
            Some(grant) => (grant, FsPerms::ReadOnly),
            None => (grant.as_str(), FsPerms::ReadWrite),
        };
        let (host, guest) = grant.split_once("::").unwrap_or((grant, grant));
        wasi.preopened_dir(host, guest, perms)?;
    }
    match options.net.as_str() {
        "all" => {
            wasi.inherit_network().allow_tcp(true).allow_udp(true).allow_ip_name_lookup(true);
        }
        "loopback" => {
            wasi.allow_tcp(true).allow_udp(true).allow_ip_name_lookup(true);
            wasi.socket_addr_check(|address, _| Box::pin(async move { address.ip().is_loopback() }));
        }
        _ => {}
    }
    let mut store = Store::new(&engine, Host { ctx: wasi.build(), table: ResourceTable::new() });
    let instance = linker.instantiate_async(&mut store, &component).await?;
    let run = instance
        .get_export_index(&mut store, None, "wasi:cli/run@0.3.0")
        .and_then(|interface| instance.get_export_index(&mut store, Some(&interface), "run"))
        .ok_or_else(|| wasmtime::Error::msg("the component does not export wasi:cli/run@0.3.0"))?;
    let run = instance.get_typed_func::<(), (Result<(), ()>,)>(&mut store, &run)?;
    let (result,) = run.call_async(&mut store, ()).await?;
    Ok(u8::from(result.is_err()))
}
