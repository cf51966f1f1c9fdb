//! The buffers that parts are read into: a fixed budget of bytes, whatever the source's size.
//!
//! A buffer comes back by itself when the last request that holds its bytes has let go of them, also when that
//! request was dropped half-way.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::model::plan::MIB;
use crate::tasks::job::lock;

/// Budgets are counted in these, so that they fit into a semaphore.
const UNIT: u64 = MIB / 4;

/// The budget and the buffers that are free.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    budget: Arc<Semaphore>,
    units: u32,
    free: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// One buffer, in use.
#[derive(Debug)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    len: usize,
    free: Arc<Mutex<Vec<Vec<u8>>>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Pool {
    /// Buffers of `budget` bytes together; a single one that is larger is given out alone.
    pub(super) fn new(budget: u64) -> Self {
        let units = units(budget);
        Self {
            budget: Arc::new(Semaphore::new(units as usize)),
            units,
            free: Arc::default(),
        }
    }

    /// A buffer of `len` bytes with whatever was in it before; waits until the budget allows it.
    pub(super) async fn take(&self, len: u64) -> Buffer {
        let wanted = units(len).min(self.units);
        // The semaphore is never closed, so there always is one.
        let permit = Arc::clone(&self.budget)
            .acquire_many_owned(wanted)
            .await
            .ok();
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let mut bytes = {
            let mut free = lock(&self.free);
            let fitting = free.iter().position(|bytes| bytes.len() >= len);
            let smaller = || (!free.is_empty()).then_some(0);
            match fitting.or_else(smaller) {
                Some(index) => free.swap_remove(index),
                None => Vec::new(),
            }
        };
        if bytes.len() < len {
            // Of a smaller one nothing is worth copying.
            drop(std::mem::take(&mut bytes));
            bytes = vec![0; len];
        }
        Buffer {
            bytes,
            len,
            free: Arc::clone(&self.free),
            _permit: permit,
        }
    }
}

fn units(bytes: u64) -> u32 {
    let units = bytes.div_ceil(UNIT).max(1);
    u32::try_from(units)
        .unwrap_or(u32::MAX >> 4)
        .min(u32::MAX >> 4)
}

impl Buffer {
    pub(super) fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.len]
    }

    /// The first `len` bytes, for a request.
    pub(super) fn freeze(mut self, len: usize) -> Bytes {
        self.len = len.min(self.len);
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        lock(&self.free).push(std::mem::take(&mut self.bytes));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_buffer_is_used_again_and_the_budget_holds() {
        let pool = Pool::new(2 * MIB);
        let mut one = pool.take(MIB).await;
        one.as_mut()[0] = 7;
        let two = pool.take(MIB).await;
        assert!(pool.take(MIB).now_or_never().is_none());
        let bytes = one.freeze(10);
        let held = bytes.slice(0..1);
        drop(bytes);
        assert!(pool.take(MIB).now_or_never().is_none(), "still held");
        drop(held);
        let again = pool.take(MIB).now_or_never().expect("a free buffer");
        assert_eq!((again.as_ref()[0], again.as_ref().len()), (7, 1024 * 1024));
        drop((again, two));
        let large = pool.take(64 * MIB).await;
        assert!(
            pool.take(1).now_or_never().is_none(),
            "a large one goes alone"
        );
        drop(large);
        assert!(lock(&pool.free).len() <= 2);
    }
}
