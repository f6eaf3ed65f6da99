//! Methods under `#[async_trait]`, which expands before what stands on them.

#![deny(warnings)]

use async_trait::async_trait;
use phoenix_trace::traced_operation;

#[derive(Debug)]
struct Failed;

struct Order {
    id: String,
}

#[async_trait]
trait Store {
    async fn load(&self, id: &str, order: Order) -> Result<String, Failed>;

    async fn save(&mut self, order: Order);

    async fn plain(id: u8) -> Result<Box<dyn std::fmt::Debug + Send>, Failed>
    where
        Self: Sized;

    #[traced_operation]
    async fn with_default(&self, n: usize) -> usize {
        n
    }
}

struct Memory {
    name: String,
    last: Option<String>,
}

#[async_trait]
impl Store for Memory {
    #[traced_operation(attributes("user.id" = user, "service.name" = self.name, "db.namespace" = %id))]
    async fn load(&self, user: &str, Order { id }: Order) -> Result<String, Failed> {
        if id.is_empty() {
            return Err(Failed);
        }
        let found = self.last.clone().ok_or(Failed)?;
        Ok(format!("{user} {id} {found}"))
    }

    #[traced_operation(attributes("service.name" = self.name, "user.id" = order.id))]
    async fn save(&mut self, mut order: Order) {
        order.id.push('x');
        self.last = Some(order.id);
    }

    #[traced_operation(attributes("db.response.returned_rows" = id))]
    async fn plain(id: u8) -> Result<Box<dyn std::fmt::Debug + Send>, Failed> {
        Ok(Box::new(id))
    }
}

fn main() {
    let run = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    run.block_on(async {
        let mut memory = Memory { name: "memory".to_owned(), last: None };
        memory.save(Order { id: "1".to_owned() }).await;
        let _ = memory.load("me", Order { id: "2".to_owned() }).await;
        let _ = Memory::plain(1).await;
        assert_eq!(memory.with_default(3).await, 3);
    });
}
