//! By how many bytes an annotation makes a future larger. Four annotated functions call one another, so that what a layer
//! adds to the next one's growth is seen as well.

use crate::source::Annotation;

const LAYERS: usize = 4;

// Annotations see only names that come from where they do.
macro_rules! layers {
    (($user:ident, $order:ident): $($module:ident { $($annotation:tt)* })*) => {$(
        mod $module {
            use std::fmt::Error;

            $($annotation)*
            pub(super) async fn first($user: &str, $order: u64) -> Result<u64, Error> {
                Ok(second($user, $order + 1).await? + 1)
            }

            $($annotation)*
            async fn second($user: &str, $order: u64) -> Result<u64, Error> {
                Ok(third($user, $order + 1).await? + 1)
            }

            $($annotation)*
            async fn third($user: &str, $order: u64) -> Result<u64, Error> {
                Ok(fourth($user, $order + 1).await? + 1)
            }

            $($annotation)*
            async fn fourth($user: &str, $order: u64) -> Result<u64, Error> {
                std::future::ready(()).await;
                Ok($user.len() as u64 + $order)
            }
        }
    )*};
}

layers! {
    (user, order):
    plain {}
    ours { #[phoenix_trace::traced_operation(attributes("user.id" = user))] }
    instrument { #[tracing::instrument(skip_all, fields(user.id = user))] }
    instrument_err { #[tracing::instrument(skip_all, fields(user.id = user), err)] }
    fast { #[fastrace::trace(properties = { "user.id": "{user}" })] }
}

/// Bytes that the annotation adds for each annotated layer.
pub(crate) fn growth(annotation: Annotation) -> f64 {
    let annotated = match annotation {
        Annotation::Nothing => size_of_val(&plain::first("", 0)),
        Annotation::Ours => size_of_val(&ours::first("", 0)),
        Annotation::Instrument => size_of_val(&instrument::first("", 0)),
        Annotation::InstrumentErr => size_of_val(&instrument_err::first("", 0)),
        Annotation::Fastrace => size_of_val(&fast::first("", 0)),
    };
    (annotated as f64 - size_of_val(&plain::first("", 0)) as f64) / LAYERS as f64
}
