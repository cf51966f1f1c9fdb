//! The one way of reports to whoever asked: facts in order with backpressure, progress coalesced.
//!
//! A producer of facts waits while the inbox is full, so that a slow reader slows the pager down instead of
//! filling the memory. Progress overwrites the job's last progress that nobody has read yet, and is always
//! delivered before that job's `Ended`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::job::lock;
use crate::protocol::{JobId, News, Outcome, Report};

/// Facts that wait for the reader: a page of a thousand uploads each at worst, some ten megabytes.
const BOUND: usize = 32;

#[derive(Debug, Default)]
struct Shared {
    progress: Mutex<BTreeMap<JobId, News>>,
    changed: Notify,
    /// Set when the reader has gone away for good: facts that do not fit are dropped.
    hurried: CancellationToken,
}

/// The writing end.
#[derive(Debug, Clone)]
pub(super) struct Outbox {
    facts: mpsc::Sender<Report>,
    shared: Arc<Shared>,
}

/// Where reports arrive.
#[derive(Debug)]
pub struct Inbox {
    facts: mpsc::Receiver<Report>,
    shared: Arc<Shared>,
}

pub(super) fn open() -> (Outbox, Inbox) {
    let (sender, receiver) = mpsc::channel(BOUND);
    let shared = Arc::<Shared>::default();
    let outbox = Outbox {
        facts: sender,
        shared: Arc::clone(&shared),
    };
    (
        outbox,
        Inbox {
            facts: receiver,
            shared,
        },
    )
}

impl Outbox {
    /// Delivers a fact; waits while the inbox is full. A reader that is gone is no failure: the work counts.
    pub(super) async fn fact(&self, job: JobId, news: News) {
        let report = Report { job, news };
        tokio::select! {
            biased;
            _ = self.facts.send(report) => {}
            () = self.shared.hurried.cancelled() => {}
        }
    }

    /// Overwrites the job's unread progress.
    pub(super) fn progress(&self, job: JobId, progress: News) {
        lock(&self.shared.progress).insert(job, progress);
        self.shared.changed.notify_one();
    }

    /// Delivers the job's last progress, then its end.
    pub(super) async fn end(&self, job: JobId, outcome: Outcome) {
        let last = lock(&self.shared.progress).remove(&job);
        if let Some(progress) = last {
            self.fact(job, progress).await;
        }
        self.fact(job, News::Ended(outcome)).await;
    }

    /// From now on facts that do not fit are dropped.
    pub(super) fn stop_waiting(&self) {
        self.shared.hurried.cancel();
    }
}

impl Inbox {
    /// Up to `max` reports, as soon as there is one; empty when the engine and all its jobs are gone.
    /// Safe to drop while it waits: no report is lost.
    pub async fn recv(&mut self, max: usize) -> Vec<Report> {
        self.recv_weighing(max, usize::MAX).await
    }

    /// As [`Inbox::recv`], but no more after what weighs this much together ([`News::weight`]): whoever takes it
    /// in has other things to do as well.
    pub async fn recv_weighing(&mut self, max: usize, weight: usize) -> Vec<Report> {
        loop {
            let waiting = self.take(max, weight);
            if !waiting.is_empty() || max == 0 {
                return waiting;
            }
            tokio::select! {
                biased;
                first = self.facts.recv() => {
                    let Some(first) = first else {
                        return self.take(max, weight);
                    };
                    let left = weight.saturating_sub(first.news.weight());
                    let mut reports = vec![first];
                    if left > 0 {
                        reports.extend(self.take(max - 1, left));
                    }
                    return reports;
                }
                () = self.shared.changed.notified() => {}
            }
        }
    }

    /// Up to `max` reports that are there already.
    pub fn try_recv(&mut self, max: usize) -> Vec<Report> {
        self.take(max, usize::MAX)
    }

    fn take(&mut self, max: usize, weight: usize) -> Vec<Report> {
        let mut reports = Vec::new();
        let mut taken = 0;
        while reports.len() < max && taken < weight {
            let Ok(report) = self.facts.try_recv() else {
                break;
            };
            taken += report.news.weight();
            reports.push(report);
        }
        let mut progress = lock(&self.shared.progress);
        while reports.len() < max {
            let Some((job, progress)) = progress.pop_first() else {
                break;
            };
            reports.push(Report {
                job,
                news: progress,
            });
        }
        reports
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::protocol::Progress;

    fn done(number: u64) -> Progress {
        Progress {
            done: number,
            ..Progress::default()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn facts_wait_when_the_inbox_is_full_and_keep_their_order() {
        let (outbox, mut inbox) = open();
        let writer = async {
            for number in 0..100 {
                let news = News::Ended(Outcome::Cancelled {
                    done: number,
                    left: 0,
                });
                outbox.fact(JobId(1), news).await;
            }
        };
        let mut writer = std::pin::pin!(writer);
        let stuck = tokio::time::timeout(Duration::from_secs(1), &mut writer).await;
        assert!(stuck.is_err(), "nobody reads, so the writer waits");
        let mut seen = Vec::new();
        let reader = async {
            while seen.len() < 100 {
                for report in inbox.recv(7).await {
                    let News::Ended(Outcome::Cancelled { done, .. }) = report.news else {
                        panic!("only facts were sent");
                    };
                    seen.push(done);
                }
            }
        };
        tokio::join!(writer, reader);
        assert_eq!(seen, (0..100).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn what_weighs_much_comes_alone() {
        let (outbox, mut inbox) = open();
        let page = || News::Listed(vec![crate::model::Upload::default(); 1_000]);
        for _ in 0..5 {
            outbox.fact(JobId(1), page()).await;
        }
        assert_eq!(inbox.recv_weighing(256, 1_500).await.len(), 2);
        assert_eq!(inbox.recv_weighing(256, 1).await.len(), 1);
        assert_eq!(inbox.recv(256).await.len(), 2, "nothing is lost");
    }

    #[tokio::test]
    async fn progress_is_coalesced_and_comes_before_the_end() {
        let (outbox, mut inbox) = open();
        for number in 0..1000 {
            outbox.progress(JobId(1), News::Progress(done(number)));
        }
        outbox.progress(JobId(2), News::Progress(done(5)));
        outbox.end(JobId(1), Outcome::Done).await;
        let reports = inbox.recv(256).await;
        let of = |job| -> Vec<News> {
            let of_job = reports.iter().filter(|report| report.job == JobId(job));
            of_job.map(|report| report.news.clone()).collect()
        };
        assert_eq!(
            of(1),
            [News::Progress(done(999)), News::Ended(Outcome::Done)]
        );
        assert_eq!(of(2), [News::Progress(done(5))]);
    }

    #[tokio::test]
    async fn an_empty_answer_means_that_nobody_will_report_any_more() {
        let (outbox, mut inbox) = open();
        outbox.progress(JobId(1), News::Progress(done(1)));
        drop(outbox);
        assert_eq!(inbox.recv(8).await.len(), 1);
        assert!(inbox.recv(8).await.is_empty());
    }

    #[tokio::test]
    async fn a_waiting_reader_is_woken_by_progress() {
        let (outbox, mut inbox) = open();
        let (reports, ()) = tokio::join!(inbox.recv(8), async {
            outbox.progress(JobId(3), News::Progress(done(1)));
        });
        assert_eq!(reports.len(), 1);
    }
}
