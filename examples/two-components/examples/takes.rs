//! The component that uses the other.

use std::os::component;

wit_bindgen::generate!({ path: "wit", world: "takes" });

use two::components::things::{self, Counter};
use wit_bindgen::yield_async;

struct Takes;

export!(Takes);

impl Guest for Takes {
    async fn everything() -> String {
        let mut said = vec![format!("constructed {}", things::constructed())];
        let (one, other) = (Counter::new(1), Counter::new(10));
        said.push(format!("next {} {}", one.next(), other.next()));
        let merged = Counter::merge(one, &other);
        said.push(format!("merged {} of {}", merged.next(), things::live()));
        drop((merged, other));
        said.push(format!("live {}", things::live()));
        said.push(things::double("ab".to_owned()).await);
        said.push(format!("{:?}", things::numbers(5).await.collect().await));
        let (mut writer, reader) = wit_stream::new();
        let write = async move {
            writer.write_all((0..1000).collect()).await;
        };
        said.push(format!("sum {}", component::join(things::sum(reader), write).await.0));
        said.push(things::later("late".to_owned()).await.await);
        said.join(", ")
    }

    async fn at_once() -> String {
        let counter = Counter::new(0);
        let count = async {
            for _ in 0..3 {
                counter.next();
                yield_async().await;
            }
        };
        let (waited, ()) = component::join(counter.wait_for(3), count).await;
        let threads = component::join(things::threads(1), things::threads(2)).await;
        let apart = component::join(things::apart(1), things::apart(2)).await;
        // The other component drops it while a call there blocks.
        let (blocked, ()) = component::join(things::blocks(), async { drop(counter) }).await;
        format!("waited {waited}, threads {threads:?}, apart {apart:?}, blocked {blocked}")
    }
}
