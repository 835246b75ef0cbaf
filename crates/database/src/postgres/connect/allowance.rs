//! How much a server may say: what answers without end, or announces a message of two gigabytes, would fill the memory of this
//! machine before any time is up.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// More than any server says while a connection is made.
const WHILE_CONNECTING: usize = 1 << 20;

/// How many bytes may still come.
#[derive(Debug, Clone)]
pub(in crate::postgres) struct Allowance(Arc<AtomicUsize>);

impl Allowance {
    /// For the way to a connection.
    pub(super) fn while_connecting() -> Self {
        Self(Arc::new(WHILE_CONNECTING.into()))
    }

    /// For the next answer.
    pub(in crate::postgres) fn set(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    /// Whether all of it has come.
    pub(in crate::postgres) fn is_used_up(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// A stream from which no more comes than is allowed.
pub(super) struct Limited<S> {
    pub(super) stream: S,
    pub(super) allowance: Allowance,
}

impl<S: AsyncRead + Unpin> AsyncRead for Limited<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.allowance.is_used_up() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "it says more than any server does")));
        }
        let before = into.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, into);
        let come = into.filled().len() - before;
        let left = self.allowance.0.load(Ordering::Relaxed).saturating_sub(come);
        self.allowance.0.store(left, Ordering::Relaxed);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Limited<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
