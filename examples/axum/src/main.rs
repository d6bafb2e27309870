//! A server with axum on a runtime of several threads. `POST /stop` ends it when the requests that are under way have been answered.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

#[derive(Deserialize)]
struct Numbers {
    numbers: Vec<u64>,
}

#[derive(Serialize)]
struct Sum {
    sum: u64,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let stop = Arc::new(Notify::new());
    let app = Router::new()
        .route("/", get(async || "Hello from axum\n"))
        .route("/sum", post(async |Json(body): Json<Numbers>| Json(Sum { sum: body.numbers.iter().sum() })))
        .route("/stop", post(async |State(stop): State<Arc<Notify>>| stop.notify_one()))
        .with_state(stop.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("an address of the loopback is free");
    println!("listening on {}", listener.local_addr().expect("it is bound"));
    let stopped = async move { stop.notified().await };
    axum::serve(listener, app).with_graceful_shutdown(stopped).await.expect("axum does not give up accepting");
    println!("stopped");
}
