//! The macros of phoenix-trace. Services use them through the facade, `phoenix-trace`.
//!
//! Every macro goes the same way: options and item are read (`args`, `item`), checked against each other (`lower`), and
//! turned into code (`expand`), which cannot fail. Mistakes are gathered and reported together, each on its own token,
//! and the item stays, so that an editor goes on completing.

mod attribute;
mod body;
mod db_span;
mod entry;
mod errors;
#[cfg(test)]
mod expansions;
mod item;
mod keys;
mod operation;
mod options;
mod record;
mod semconv;
mod service;
mod traced;
mod visit;

use proc_macro::TokenStream;

/// Records a span for every call of a function.
///
/// It goes on functions and methods, sync and async, also in impls of traits, under `#[async_trait]`, and on functions
/// whose body ends in `async move { .. }` or `Box::pin(async move { .. })`. An async span starts when the future is first
/// polled, and ends with it; dropped before, it was cancelled. An `async fn` becomes the function that returns its future,
/// the same to its callers, unless an attribute below this one may ask for the `async`.
///
/// The compiler goes down a chain of async calls at once, 128 queries deep (Rust 1.95): that is 32 plain `async fn`s, or 25 annotated
/// ones, within one another, where they stand above what they call, and 42 or 31 where they stand below it. A boxed `dyn Future` on
/// the way, which `#[async_trait]` has on each call, begins anew. Where it stops, with "queries overflow the depth limit" or
/// "overflow evaluating the requirement", `#![recursion_limit = "256"]` in the crate lets it go on.
///
/// ```
/// use phoenix_trace::traced_operation;
///
/// # #[derive(Debug)] struct ScheduleError;
/// # impl std::fmt::Display for ScheduleError {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("no node") }
/// # }
/// # impl std::error::Error for ScheduleError {}
/// # struct Task { id: u64, model: Option<String> }
/// #[traced_operation(
///     name = "schedule task",
///     attributes("user.id" = %task.id, "gen_ai.request.model" = task.model),
/// )]
/// async fn schedule(task: &Task) -> Result<u32, ScheduleError> {
///     Err(ScheduleError)
/// }
/// ```
///
/// # Options
///
/// - `name = "load user"`: the span's name, a string or a constant expression of type `&'static str`. Default: the name of
///   the function.
/// - `kind = client`: `internal` (default), `server`, `client`, `producer` or `consumer`.
/// - `attributes(key = value, ..)`: see [below](#attributes).
/// - `capture(task_id: keys::TASK_ID, %user: "user.id")`: arguments under keys, in the forms that attributes have.
/// - `root`: the span starts a trace of its own, also where another span runs. The correlation id stays.
/// - `parent = expr`: the span under which it hangs instead of the one that runs: a `SpanHandle`, or what came from another
///   process, as a `RemoteContext` (whose correlation id and baggage it takes over), a `SpanContext` or an OpenTelemetry
///   `Context`; also an `Option` of these, which changes nothing when it is `None`.
/// - `link = expr`: the span is linked to another one, or to all that an iterable yields. `root, link = current_span()` is how
///   work is set apart from the request that caused it, and `root, link = extract(&message.headers)` how a message is processed
///   in a trace of its own.
/// - `ret`: the returned value is recorded as `phoenix.operation.return`, of a `Result` what is in `Ok`: numbers, `bool`s and
///   strings by their type. `ret(%)` and `ret(?)` record its text. `ret(keys::ROWS = |rows| rows.len(), ..)` records what
///   closures or functions make of a reference to it, under keys that are checked like those of attributes; `ret(keys::ROWS)`
///   is the value itself.
/// - `err = skip`: a returned `Err` is no failure. `err(type_only)`: the error's message is left out, since it may hold
///   a user's data. `err(?)`: the message is the error's `Debug` form. `err(if = |error| ..)`: decides what is a failure; the
///   closure, or function, takes a reference to the error, or to the returned value where that is no `Result`, as in
///   `err(if = Option::is_none)`. These go together: `err(?, if = |error| ..)`.
/// - `skip_if = expr`: no span while this is true. The body runs all the same, and what it records hangs under the span that
///   called.
/// - `crate = path`: where the facade is, for services that know it under another name.
///
/// What the options name is evaluated before the body runs, as attributes are; closures of `ret` and `err` capture nothing.
/// Whatever panics in an option or attribute is left out of the span, and the function goes on.
///
/// # Impls
///
/// On an impl, every method that has a body gets a span called by its name. `kind`, `attributes`, `root`, `err`, `skip_if` and
/// `crate` are said for all of them; a `#[traced_operation(..)]` on a method adds to that and wins where both say something, and
/// `#[traced_operation(skip)]` leaves the method out. Attributes that name `self` are for the methods that have one.
///
/// ```
/// use phoenix_trace::traced_operation;
///
/// struct Queue {
///     name: String,
///     tasks: Vec<u64>,
/// }
///
/// #[traced_operation(attributes("messaging.destination.name" = self.name))]
/// impl Queue {
///     fn push(&mut self, task: u64) {
///         self.tasks.push(task);
///     }
///
///     #[traced_operation(name = "pop task", ret)]
///     async fn pop(&mut self) -> Option<u64> {
///         self.tasks.pop()
///     }
///
///     #[traced_operation(skip)]
///     fn len(&self) -> usize {
///         self.tasks.len()
///     }
/// }
/// ```
///
/// # Outcome
///
/// A returned `Err` sets the status to Error, `error.type`, and adds an exception event, whatever alias the return type
/// is spelled with; success leaves the status unset. A type parameter or an associated type counts as no `Result`.
/// `error.type` is the short name of the error's type, or what the error says by `ErrorType`. The exception event holds the
/// message and those of the error's sources; a span further out that fails with the same error, or with one that has it as a
/// source, leaves the event out. Other values that `err(if = ..)` makes failures have no exception event. A panic ends the span
/// with an error, and unwinds on.
///
/// The outcome is seen because the body is a closure there. `#[track_caller]` does not reach into closures: a body that asks
/// for [`Location::caller`](core::panic::Location::caller), or panics in its caller's name, finds it only where no outcome is
/// looked at, that is with `err = skip`, or a return type that is no `Result` by its form, such as `()`, `&T` or a tuple.
///
/// # Attributes
///
/// Nothing is recorded unless it is named. Values are evaluated before the body runs, and only while spans are recorded:
/// `value` by its type, `%value` by its `Display`, `?value` by its `Debug`. `None` records nothing. Unsigned integers that
/// do not fit `i64` saturate. A value cannot use `?`, `.await` or `return`.
///
/// A literal key is checked against the OpenTelemetry registry: an unknown or deprecated key and a value of the wrong
/// type are errors; a deprecated key without a replacement and a literal outside the listed values of an enum are
/// warnings. Where the registry leaves the type open, text is recorded, or a literal by its type. Any name is allowed in
/// a family such as `http.request.header.<name>`.
///
/// The same keys are constants, `phoenix_trace::keys::HTTP_REQUEST_METHOD`, which an editor completes and whose values'
/// type the compiler checks. Keys of your own are declared with [`attribute_keys!`] and written as paths too.
///
/// ```compile_fail
/// # use phoenix_trace::traced_operation;
/// #[traced_operation(attributes("http.requst.method" = "GET"))] // did you mean `http.request.method`?
/// fn handle() {}
/// ```
///
/// Under `#[async_trait]`, which expands first, attributes name parameters and `self` as the method does.
#[proc_macro_attribute]
pub fn traced_operation(args: TokenStream, item: TokenStream) -> TokenStream {
    operation::traced_operation(args.into(), item.into()).into()
}

/// Gives every RPC of a tonic service one span of kind server, under the caller's context.
///
/// It goes above or below `#[tonic::async_trait]`, on the impl of the trait that tonic generates, and on impls of traits
/// that have native `async fn`s or functions that return futures. The span of a streamed response ends when its stream
/// ends, fails or is dropped. Its status is what gRPC's conventions say for servers: `NOT_FOUND` is no error, `INTERNAL` is.
/// Inside a `GrpcServerLayer` or `HttpServerLayer` the span is the layer's, and the impl adds none.
///
/// ```
/// # mod orchestrator_server {
/// #     use tonic::{Request, Response, Status, async_trait};
/// #     pub const SERVICE_NAME: &str = "phoenix.Orchestrator";
/// #     #[async_trait]
/// #     pub trait Orchestrator {
/// #         async fn schedule(&self, request: Request<super::Task>) -> Result<Response<super::Placement>, Status>;
/// #     }
/// # }
/// # pub struct Task { user: String }
/// # pub struct Placement;
/// use phoenix_trace::{traced_grpc_service, traced_operation};
/// use tonic::{Request, Response, Status};
///
/// struct Service;
///
/// #[traced_grpc_service]
/// #[tonic::async_trait]
/// impl orchestrator_server::Orchestrator for Service {
///     #[traced_operation(attributes("user.id" = request.get_ref().user))]
///     async fn schedule(&self, request: Request<Task>) -> Result<Response<Placement>, Status> {
///         Ok(Response::new(Placement))
///     }
/// }
/// # fn main() {}
/// ```
///
/// The service's full name comes from the module of the trait's path, `orchestrator_server::SERVICE_NAME`. When the path
/// names no such module, `service = ..` gives the path of that constant, or the name as a string. `crate = path` is as in
/// [`macro@traced_operation`].
///
/// `#[traced_operation(..)]` on a method configures its span and adds none:
///
/// - `rpc = "GetURL"`: the method's name in the protocol, where it is not the function's in UpperCamelCase; for a streamed
///   response it is taken from the associated type, `GetURLStream`.
/// - `attributes(..)`: they can name `self` and the request.
/// - `skip`: no span.
///
/// The caller is told with the answer that this service keeps its part of the trace, for an error or for slowness, so that it keeps
/// its own. Of a stream this is said when it begins and when it fails: what one swallows that ends well stays untold without a
/// `GrpcServerLayer`, since only a layer writes its trailers.
///
/// A call that is given up once its `grpc-timeout` has passed is an error, DEADLINE_EXCEEDED; before, it was cancelled. What tonic's
/// `Server::timeout` gives up looks cancelled, unless a `GrpcServerLayer` is told that time by its `timeout`.
///
/// Constants, other associated types, macros, and functions that take no request stay as they are. An associated type for a streamed response that is `Pin<Box<dyn Stream<..>>>` stays what it is. Any other becomes a
/// wrapper around it; `Self::WatchStream` in the methods of the impl means the type inside.
#[proc_macro_attribute]
pub fn traced_grpc_service(args: TokenStream, item: TokenStream) -> TokenStream {
    service::traced_grpc_service(args.into(), item.into()).into()
}

/// Starts telemetry, runs `main`, and flushes when it returns, fails, panics, or a signal asks for the end.
///
/// ```no_run
/// use phoenix_trace::phoenix_main;
///
/// #[phoenix_main(service = "orchestrator-service")]
/// async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
///     Ok(())
/// }
/// ```
///
/// An `async fn main` runs on a Tokio runtime that this starts; a `fn main` brings its own, or none. It returns whatever
/// `main` may return: `()`, `!`, an `ExitCode`, a `Result`, any `impl Termination`. The attribute of another runtime, such as
/// `#[actix_web::main]`, goes above this one, if it is to stay, and is an error below it. `#[traced_operation]` goes above it as
/// well: the span of a `main` below would begin before telemetry does.
///
/// # Options
///
/// - `service = ".."`: the service's name, a string of any kind. Default: the environment, then the package's name.
/// - `version = ".."`: its version. Default: the package's.
/// - `flavor = "multi_thread"` (default) or `"current_thread"`, and `worker_threads = 4`: the runtime of an
///   `async fn main`.
/// - `shutdown = "on_signal"` (default) or `"manual"`: who listens to SIGTERM and Ctrl-C. With `"manual"` the program does; what
///   it recorded is flushed when `main` returns, or by `phoenix_trace::exit`. `std::process::exit` flushes nothing.
/// - `subscriber = "install"` (default) or `"manual"`: who installs the subscriber of `tracing` and the logger of `log`. Telemetry
///   starts before the body of `main`, so a program that calls `.init()` of a subscriber of its own there, or `env_logger::init`,
///   says `"manual"`, or it would panic; `phoenix_trace::layer()` in its subscriber makes log records of its events.
/// - `config = ..`: the configuration: a `Config`, a function that returns one, or either as a `Result`, where an `Err`
///   means that the service says so and runs without traces. Default: `Config::from_env()`. `service` and `version` win
///   over it.
/// - `crate = path`: as in [`macro@traced_operation`].
///
/// ```no_run
/// use phoenix_trace::{Config, phoenix_main, sampling::Sampler};
///
/// fn config() -> Result<Config, std::io::Error> {
///     let name = std::fs::read_to_string("/etc/service-name")?;
///     Ok(Config::from_env().service(name.trim()).sampler(Sampler::always_on()))
/// }
///
/// #[phoenix_main(config = config)]
/// async fn main() {}
/// ```
#[proc_macro_attribute]
pub fn phoenix_main(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::phoenix_main(args.into(), item.into()).into()
}

/// A test that captures the spans that it records, apart from tests that run beside it.
///
/// It stands in place of `#[test]` or `#[tokio::test]` and goes on a `fn` or `async fn`, with `#[should_panic]`, `#[ignore]`
/// and whatever return type a test may have. The function can take its capture. When it panics or returns an `Err`, what it
/// recorded is printed with its output. Needs the feature `testing`.
///
/// ```
/// use phoenix_trace::testing::Capture;
/// use phoenix_trace::{phoenix_test, traced_operation};
///
/// #[traced_operation]
/// async fn schedule() {}
///
/// #[phoenix_test]
/// async fn the_schedule_is_traced(capture: &Capture) {
///     schedule().await;
///     assert_eq!(capture.tree(), "trace · test · 1 span · kept: head\nschedule\n");
/// }
/// # fn main() {}
/// ```
///
/// All threads of the test's Tokio runtime report to its capture, spawned tasks and blocking ones among them. A thread that
/// the test starts by itself does when it carries the span that runs: `phoenix_trace::spawn_thread`.
///
/// # Options
///
/// - `flavor = "current_thread"` (default) or `"multi_thread"`, and `worker_threads = 4` with the latter: the runtime of an
///   `async fn`.
/// - `config = ..`: limits and sampler of the capture, as in [`macro@phoenix_main`]. Default: everything is kept.
/// - `crate = path`: as in [`macro@traced_operation`].
#[proc_macro_attribute]
pub fn phoenix_test(args: TokenStream, item: TokenStream) -> TokenStream {
    entry::phoenix_test(args.into(), item.into()).into()
}

/// Declares attribute keys of a service's own, as constants whose type holds the type of the values.
///
/// ```
/// use phoenix_trace::{attribute_keys, record};
///
/// attribute_keys! {
///     /// Keys owned by this service.
///     pub mod keys {
///         /// The task being scheduled.
///         TASK_ID: "phoenix.task.id" => string,
///         QUEUE_DEPTH: "phoenix.queue.depth" => int,
///         /// Redacted before it is exported.
///         USER_EMAIL: "phoenix.user.email" => string, sensitive,
///     }
/// }
///
/// record!(keys::QUEUE_DEPTH = 3);
/// ```
///
/// Inside `mod` the constants are `pub` unless they say otherwise; without `mod` they are ordinary constants where the macro
/// stands. They have the documentation that they are given, and their key and type; an editor completes them, and jumps to
/// their declaration. A library that declares them as `pub` shares them with the crates that depend on it.
///
/// # Types
///
/// `string`, `int`, `double` and `bool`, arrays of them such as `string[]`, or an `enum` for a closed set of texts:
///
/// ```
/// use phoenix_trace::{attribute_keys, record};
///
/// attribute_keys! {
///     mod keys {
///         /// Where the task stands.
///         PLACEMENT: "phoenix.placement" => enum Placement {
///             /// It waits for a node.
///             Queued,
///             Placed,
///             OutOfRoom = "no room",
///         },
///     }
/// }
///
/// record!(keys::PLACEMENT = keys::Placement::Queued);
/// assert_eq!(keys::Placement::OutOfRoom.as_str(), "no room");
/// ```
///
/// The enum stands beside the constant, as visible as that. What it does not list cannot be recorded: a variant that is
/// not there is an error of the compiler, and so is a text. A variant is recorded under its name in lowercase words,
/// `out_of_room`, unless it says otherwise. For values that others add to, declare a `string`.
///
/// # Properties
///
/// They follow the type, each once:
///
/// - `sensitive`: values are redacted before any exporter sees them: left out, unless the configuration says that they are
///   replaced by a keyed hash, or shown in development (`Config::sensitive`, `PHOENIX_TRACE_SENSITIVE`). A field of what is
///   logged is nothing but a name: `Config::sensitive_keys(keys::SENSITIVE.iter().copied())` has the same done to fields of
///   these names. `SENSITIVE` stands in each `mod` that has such keys.
/// - `max_length = 64`: at most so many bytes of a `string`, or of each in a `string[]`, are exported; a longer text is cut
///   where a character ends. The limit of all values holds besides (`Config::max_value_length`).
///
/// ```
/// # use phoenix_trace::attribute_keys;
/// attribute_keys! {
///     /// The first line of what was asked.
///     PROMPT: "phoenix.prompt" => string, sensitive, max_length = 256,
/// }
/// # fn main() { phoenix_trace::record!(PROMPT = "x"); }
/// ```
///
/// # Names
///
/// Names are lowercase words between dots and underscores. A key that the OpenTelemetry registry has is refused, so that
/// nobody redefines it: write it as a literal, or as the constant in `phoenix_trace::keys`.
#[proc_macro]
pub fn attribute_keys(tokens: TokenStream) -> TokenStream {
    keys::attribute_keys(tokens.into()).into()
}

/// Records attributes on the current span, for what is known late.
///
/// ```
/// use phoenix_trace::record;
///
/// # let (rows, user) = (vec![1, 2], Some("me"));
/// record!("db.response.returned_rows" = rows.len(), "user.id" = user);
/// ```
///
/// Keys and values are those of [`macro@traced_operation#attributes`]. Nothing is evaluated while nothing is recorded.
#[proc_macro]
pub fn record(tokens: TokenStream) -> TokenStream {
    record::record(tokens.into()).into()
}

/// Adds an event to the current span.
///
/// ```
/// use phoenix_trace::event;
///
/// # let id = 7;
/// event!("placed");
/// event!("placed", "user.id" = %id);
/// ```
///
/// Keys and values are those of [`macro@traced_operation#attributes`]. Nothing is evaluated while nothing is recorded.
#[proc_macro]
pub fn event(tokens: TokenStream) -> TokenStream {
    record::event(tokens.into()).into()
}

/// Runs an expression inside a span, where there is no function to annotate.
///
/// ```
/// use phoenix_trace::traced;
///
/// # fn read(path: &str) -> std::io::Result<Vec<u8>> { Ok(Vec::new()) }
/// # fn example(path: &str) -> std::io::Result<usize> {
/// let bytes = traced!("read table", "file.path" = path, read(path))?;
/// # Ok(bytes.len())
/// # }
/// # async fn fetch(id: u32) -> std::io::Result<String> { Ok(String::new()) }
/// # async fn later(id: u32, job: &str) -> std::io::Result<()> {
/// let name = traced!("fetch user", "user.id" = %id, fetch(id).await)?;
/// traced!(format!("job {job}"), {
///     // ...
/// });
/// # Ok(())
/// # }
/// ```
///
/// First comes the name: a literal, or any `AsRef<str>` for names that are known only at run time, of which there must be few.
/// Then attributes, whose keys and values are those of [`macro@traced_operation#attributes`]. Last comes the body. What it
/// evaluates to means what it means in [`macro@traced_operation#outcome`]. `?` and `return` leave the body and no more, as in a
/// closure. A body may `.await` where the function around it may. One that is an `async` block makes a future, for whoever awaits it;
/// its span starts when that is first polled. Any other future that a body evaluates to is refused, since it would run outside of the
/// span; a task that runs by itself is none of these. An `.await` that only shows once another macro has expanded, as in
/// `tokio::join!`, is not seen: such a body is `async { tokio::join!(..) }.await`.
///
/// The span looks at what its body evaluates to, so the type of that must be known there: `text.parse::<u16>()` before a `?`, and
/// in an `async` block also where it stands alone.
#[proc_macro]
pub fn traced(tokens: TokenStream) -> TokenStream {
    traced::traced(tokens.into()).into()
}

/// Runs a query to a database inside its CLIENT span, by OpenTelemetry's semantic conventions.
///
/// ```
/// use phoenix_trace::db_span;
///
/// # struct Order;
/// # fn select(sql: &str, user: u64) -> std::io::Result<Vec<Order>> { Ok(Vec::new()) }
/// # fn example(user: u64) -> std::io::Result<()> {
/// const ORDERS: &str = "SELECT * FROM orders WHERE user_id = ?1 AND state = 'open'";
///
/// let orders = db_span!(
///     system = "sqlite",
///     namespace = "shop",
///     sql = ORDERS,
///     rows = |orders| orders.len(),
///     select(ORDERS, user)
/// )?;
/// # Ok(())
/// # }
/// # async fn get(key: &str) -> std::io::Result<Option<String>> { Ok(None) }
/// # async fn later() -> std::io::Result<()> {
/// let cart = db_span!(system = "redis", operation = "GET", get("cart:17").await)?;
/// # Ok(())
/// # }
/// ```
///
/// The first span is `SELECT orders`, with `db.query.text` ending in `state = ?`. The expression comes last; what it evaluates
/// to means what it means in [`macro@traced_operation#outcome`]. `?`, `return`, `.await` and `async` blocks are as in [`traced!`].
/// Nothing is evaluated or computed while nothing is recorded.
///
/// # Options
///
/// - `system`: the database's name in the registry (`db.system.name`); the only one that must be given.
/// - `namespace`, `collection`, `operation`, `stored_procedure`, `summary`, `batch_size`: the attributes of these names.
/// - `sql`: the query. Its text is recorded without literals and comments, and the summary that it gives names the span; how it
///   is read, and what becomes of it for systems whose queries are not SQL, is told at `phoenix_trace::db::Query::sql`.
/// - `text`: the query as it is to be recorded, for what is not SQL.
/// - `rows = |rows| rows.len()`: how many rows were returned, from what the expression returned if that is no `Err`; a function
///   in place of the closure may do. What is known inside is recorded there: `record!("db.response.returned_rows" = n)`.
/// - `status_code = |error| ..`: the code of the database in an `Err`: a number, a string, or an `Option` of them. It is the
///   `error.type` too.
/// - `err(type_only)`: errors without their messages, which hold values of the query in some systems.
/// - `"the.key" = value`, `keys::KEY = value`: further attributes, as in [`macro@traced_operation#attributes`], such as
///   `"server.address"`.
/// - `crate = path`, before all others, as in [`macro@traced_operation`].
#[proc_macro]
pub fn db_span(tokens: TokenStream) -> TokenStream {
    db_span::db_span(tokens.into()).into()
}
