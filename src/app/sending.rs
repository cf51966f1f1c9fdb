//! New uploads: begun from the form, gone on with, changed while they run.

use super::Effect;
use super::jobs::Purpose;
use super::state::App;
use super::tasks::{Task, TaskKind};
use crate::model::send::Order;
use crate::protocol::Command;

impl App {
    /// Starts an upload as a task. Whether a change may be made was asked before.
    pub(super) fn begin_sending(&mut self, order: Order, effects: &mut Vec<Effect>) {
        let bucket = order.bucket.clone();
        let job = self.jobs.start(Purpose::Send {
            bucket: bucket.clone(),
        });
        let task = Task::new(job, TaskKind::Send, &bucket, 1, self.now);
        self.tasks.list.insert(0, task);
        let order = Box::new(order);
        effects.push(Effect::Send(Command::Send { job, order }));
    }
}
