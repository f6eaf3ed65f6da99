//! `#[traced_operation]` on an impl.

use async_trait::async_trait;
use phoenix_trace::testing::Capture;
use phoenix_trace::{attribute_keys, traced_operation};

use super::attributes;

attribute_keys! {
    mod keys {
        SHOP: "phoenix.shop" => string,
        ITEM: "phoenix.item" => int,
    }
}

struct Shop {
    name: String,
    items: Vec<u8>,
}

#[traced_operation(kind = client, attributes(keys::SHOP = self.name), err(type_only))]
impl Shop {
    const SIZE: usize = 3;

    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            items: vec![1; Self::SIZE],
        }
    }

    #[traced_operation(capture(item: keys::ITEM), err(?))]
    fn put(&mut self, item: u8) -> Result<(), u8> {
        self.items.push(item);
        Err(item)
    }

    async fn take(&mut self) -> Result<u8, String> {
        tokio::task::yield_now().await;
        self.items.clear();
        self.items.pop().ok_or_else(|| "a secret".to_owned())
    }

    #[traced_operation(name = "look into it", kind = internal, attributes(keys::SHOP = "mine"))]
    fn peek(&self) -> Option<&u8> {
        self.items.last()
    }

    #[traced_operation(capture(shop: keys::SHOP))]
    fn send_to(&self, shop: &str) -> usize {
        shop.len()
    }

    #[traced_operation(skip)]
    const fn len(&self) -> usize {
        self.items.len()
    }
}

#[async_trait]
trait Visit {
    async fn enter(&self, name: &str) -> usize;
    async fn leave(&self) {}
}

#[traced_operation(attributes(keys::SHOP = self.name))]
#[async_trait]
impl Visit for Shop {
    async fn enter(&self, name: &str) -> usize {
        self.leave().await;
        self.len() + name.len()
    }
}

struct Below(Shop);

#[async_trait]
#[traced_operation(attributes(keys::SHOP = self.0.name))]
impl Visit for Below {
    async fn enter(&self, name: &str) -> usize {
        self.0.enter(name).await
    }

    #[traced_operation(skip)]
    async fn leave(&self) {}
}

#[tokio::test]
async fn every_method_has_its_span() {
    let capture = Capture::new();
    let visited = async {
        let mut shop = Shop::new("corner");
        let _ = shop.put(7);
        let _ = shop.take().await;
        let _ = shop.peek();
        let _ = shop.send_to("other");
        let below = Below(shop);
        below.leave().await;
        below.enter("me").await
    };
    assert_eq!(capture.future(visited).await, 2);
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
new · client

trace · test · 1 span · 1 error · kept: head, error
put · client · ✗ u8: 7 · phoenix.shop=corner · phoenix.item=7

trace · test · 1 span · 1 error · kept: head, error
take · client · ✗ String · phoenix.shop=corner · ◆ exception

trace · test · 1 span · kept: head
look into it · phoenix.shop=mine

trace · test · 1 span · kept: head
send_to · client · phoenix.shop=other

trace · test · 2 spans · kept: head
enter · phoenix.shop=corner
└╴enter · phoenix.shop=corner
"
    );
    assert_eq!(
        attributes(&capture, "put"),
        "error.type=u8 phoenix.item=7 phoenix.shop=corner"
    );
}
