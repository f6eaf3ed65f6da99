//! The source of a generated crate. The functions are the same for every stack but for the annotation above each.

use std::fmt::Write as _;

use crate::args::Calls;

/// Functions of a chain; the last two or three are sync.
const CHAIN: usize = 10;

/// What is written above the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Annotation {
    Nothing,
    Ours,
    Instrument,
    /// With `err`, which records an error, as ours always does.
    InstrumentErr,
    Fastrace,
}

impl Annotation {
    pub(crate) const ALL: [Self; 5] = [
        Self::Nothing,
        Self::Ours,
        Self::Instrument,
        Self::InstrumentErr,
        Self::Fastrace,
    ];

    /// What the table calls it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Nothing => "plain",
            Self::Ours => "#[traced_operation]",
            Self::Instrument => "#[tracing::instrument]",
            Self::InstrumentErr => "#[tracing::instrument(err)]",
            Self::Fastrace => "#[fastrace::trace]",
        }
    }

    /// The annotation of one function: by each stack's own idiom, with the values of one argument or of two.
    fn of(self, function: &Function) -> String {
        let pick = |one: &str, two: &str| {
            if function.number.is_multiple_of(2) {
                two
            } else {
                one
            }
            .to_owned()
        };
        match self {
            Self::Nothing => String::new(),
            Self::Ours => pick(
                r#"#[phoenix_trace::traced_operation(attributes("user.id" = user))]"#,
                r#"#[phoenix_trace::traced_operation(attributes("user.id" = user, keys::ORDER = order))]"#,
            ),
            Self::Instrument => pick(
                "#[tracing::instrument(skip_all, fields(user.id = user))]",
                "#[tracing::instrument(skip_all, fields(user.id = user, shop.order.id = order))]",
            ),
            Self::InstrumentErr => pick(
                "#[tracing::instrument(skip_all, fields(user.id = user), err)]",
                "#[tracing::instrument(skip_all, fields(user.id = user, shop.order.id = order), err)]",
            ),
            Self::Fastrace => pick(
                r#"#[fastrace::trace(properties = { "user.id": "{user}" })]"#,
                r#"#[fastrace::trace(properties = { "user.id": "{user}", "shop.order.id": "{order}" })]"#,
            ),
        }
    }
}

struct Function {
    number: usize,
    is_async: bool,
}

impl Function {
    /// Three quarters are async: the last two of one chain are sync, the last three of the next.
    fn new(number: usize) -> Self {
        let sync = 2 + number / CHAIN % 2;
        Self {
            number,
            is_async: number % CHAIN < CHAIN - sync,
        }
    }

    /// A call of it, as an expression of type `Result`.
    fn call(&self, store: &str, order: &str) -> String {
        let dot_await = if self.is_async { ".await" } else { "" };
        format!("{store}.step_{}(user, {order}){dot_await}", self.number)
    }

    fn write(&self, source: &mut String, annotation: Annotation, next: Option<&Self>) {
        let below = next.map_or("order".to_owned(), |next| {
            format!("{}?", next.call("self", "order + 1"))
        });
        let body = match (self.is_async, self.number % 3) {
            (true, 0) => LOAD,
            (true, 1) => PRICE,
            (true, _) => CHOOSE,
            (false, 0) => SUM,
            (false, _) => CHECK,
        };
        let body = body
            .replace("BELOW", &below)
            .replace("NUMBER", &self.number.to_string());
        let keyword = if self.is_async { "async " } else { "" };
        let (annotation, number) = (annotation.of(self), self.number);
        let _ = write!(
            source,
            "
    {annotation}
    pub {keyword}fn step_{number}(&self, user: &str, order: u64) -> Result<u64, Error> {{{body}    }}
"
        );
    }
}

const LOAD: &str = r#"
        let key = format!("{user}/{order}/NUMBER");
        let found = self.get(&key).await?;
        let below = BELOW;
        if found > below + NUMBER {
            return Err(Error::Limit(found));
        }
        Ok(found ^ below)
"#;

const PRICE: &str = r#"
        let mut total = 0_u64;
        for line in 0..order % 7 {
            let price = self.get(&format!("price/{line}/NUMBER")).await?;
            total = total.checked_add(price).ok_or(Error::Limit(line))?;
        }
        let below = BELOW;
        self.put(user, total).await?;
        Ok(total.wrapping_add(below))
"#;

const CHOOSE: &str = r#"
        let choice = match self.get(user).await {
            Ok(found) => found % (NUMBER + 2),
            Err(Error::Missing(_)) => 0,
            Err(error) => return Err(error),
        };
        let below = BELOW;
        self.put(&format!("choice/{user}/NUMBER"), choice).await?;
        Ok(choice.max(below))
"#;

const SUM: &str = r#"
        let digits = user.bytes().filter(u8::is_ascii_digit).map(|digit| u64::from(digit - b'0'));
        let sum: u64 = digits.sum();
        if sum == order + NUMBER {
            return Err(Error::Missing(user.to_owned()));
        }
        let below = BELOW;
        Ok(sum.wrapping_mul(below))
"#;

const CHECK: &str = r#"
        let words = user.split('-').filter(|word| !word.is_empty()).count() as u64;
        if words > order + NUMBER {
            return Err(Error::Limit(words));
        }
        let below = BELOW;
        Ok(words + below)
"#;

/// The crate's `lib.rs`. All of it is reached from `run`, so that the library holds the code of every future.
pub(crate) fn library(annotation: Annotation, functions: usize, calls: Calls) -> String {
    let mut source = "mod store;\n\nuse store::{Error, Store};\n".to_owned();
    if annotation == Annotation::Ours {
        source.push_str(KEYS);
    }
    source.push_str("\nimpl Store {");
    let functions: Vec<Function> = (0..functions).map(Function::new).collect();
    for chain in functions.chunks(CHAIN) {
        for (place, function) in chain.iter().enumerate() {
            let next = chain.get(place + 1).filter(|_| calls == Calls::Chains);
            function.write(&mut source, annotation, next);
        }
    }
    source.push_str("}\n\n");
    match calls {
        Calls::Chains => handlers(&mut source, &functions),
        Calls::Flat => one_caller(&mut source, &functions),
    }
    source
}

const KEYS: &str = r#"
phoenix_trace::attribute_keys! {
    mod keys {
        /// The order that is worked on.
        ORDER: "shop.order.id" => int,
    }
}
"#;

/// A boxed future for the first function of each chain, in a table, as a router has them.
fn handlers(source: &mut String, functions: &[Function]) {
    let mut table = String::new();
    for first in functions.iter().step_by(CHAIN) {
        let (number, call) = (first.number, first.call("store", "order"));
        let _ = write!(
            source,
            "fn handle_{number}<'a>(store: &'a Store, user: &'a str, order: u64) -> store::Handled<'a> {{
    Box::pin(async move {{ {call} }})
}}

"
        );
        let _ = write!(table, "handle_{number}, ");
    }
    let _ = write!(
        source,
        "static HANDLERS: &[store::Handler] = &[{table}];

pub fn run(store: &Store, user: &str) -> Result<u64, Error> {{
    HANDLERS.iter().try_fold(0, |order, handler| store::block_on(handler(store, user, order)))
}}
"
    );
}

/// One future that calls all of them.
fn one_caller(source: &mut String, functions: &[Function]) {
    source.push_str(
        "pub fn run(store: &Store, user: &str) -> Result<u64, Error> {
    store::block_on(Box::pin(async move {
        let mut order = 0;
",
    );
    for function in functions {
        let _ = writeln!(
            source,
            "        order = {}?;",
            function.call("store", "order")
        );
    }
    source.push_str("        Ok(order)\n    }))\n}\n");
}
