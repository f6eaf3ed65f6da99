//! The body of a request: in memory that comes back when it was sent, compressed if that was asked for, and known to have
//! been handed over or not.

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use flate2::write::GzEncoder;
use http_body::{Frame, SizeHint};

use crate::config::Compression;
use crate::record::segment::lock;

/// Lends one buffer again and again; while that is out, others are made.
#[derive(Debug, Default)]
pub(super) struct Buffers(Arc<Mutex<Vec<u8>>>);

/// A buffer that goes home when nobody reads it any more.
#[derive(Debug)]
pub(super) struct Lent {
    bytes: Vec<u8>,
    home: Arc<Mutex<Vec<u8>>>,
}

impl Buffers {
    pub(super) fn lend(&self) -> Lent {
        Lent {
            bytes: std::mem::take(&mut lock(&self.0)),
            home: self.0.clone(),
        }
    }

    /// Empties a buffer, and gives back what one large batch needed.
    pub(super) fn shrink(buffer: &mut Vec<u8>) {
        const KEEP: usize = 4 * 1024 * 1024;
        buffer.clear();
        buffer.shrink_to(KEEP);
    }
}

impl Lent {
    pub(super) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Deref for Lent {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        Buffers::shrink(&mut self.bytes);
        *lock(&self.home) = std::mem::take(&mut self.bytes);
    }
}

/// Appends `plain` to `out`. Fast levels: what is left to gain is little, and the time is the service's.
pub(super) fn compress(how: Compression, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    match how {
        Compression::None => out.extend_from_slice(plain),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(out, flate2::Compression::fast());
            encoder.write_all(plain)?;
            encoder.finish()?;
        }
        Compression::Zstd => zstd::stream::copy_encode(plain, out, 1)?,
    }
    Ok(())
}

/// A body in one piece.
#[derive(Debug)]
pub(super) struct Body {
    bytes: Option<Bytes>,
    handed_over: Arc<AtomicBool>,
}

/// Was the body given to a connection? Until then the receiver cannot have it.
#[derive(Debug)]
pub(super) struct HandedOver(Arc<AtomicBool>);

impl HandedOver {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Body {
    pub(super) fn new(bytes: Bytes) -> (Self, HandedOver) {
        let handed_over = Arc::new(AtomicBool::new(false));
        let watch = HandedOver(handed_over.clone());
        let bytes = Some(bytes);
        (Self { bytes, handed_over }, watch)
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.handed_over.store(true, Ordering::Relaxed);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_when_nobody_reads_it() {
        let buffers = Buffers::default();
        let mut lent = buffers.lend();
        lent.extend_from_slice(&[1; 1_000]);
        let bytes = lent.into_bytes();
        let part = bytes.slice(500..);
        drop(bytes);
        assert_eq!(buffers.lend().capacity(), 0, "it is out");
        drop(part);
        let back = buffers.lend();
        assert!(back.is_empty() && back.capacity() >= 1_000);
    }

    #[test]
    fn what_one_large_batch_needed_is_given_back() {
        let buffers = Buffers::default();
        buffers.lend().resize(20 * 1024 * 1024, 0);
        assert!(buffers.lend().capacity() < 5 * 1024 * 1024);
    }
}
