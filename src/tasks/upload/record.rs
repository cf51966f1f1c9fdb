//! The journal of one upload behind calls that do not block.

use std::path::PathBuf;
use std::sync::Arc;

use crate::journal::{self, Begun, Completing, End, Journal, JournalError, PartRecord, Recipe};
use crate::protocol::{Fault, Kind, Operation};

/// An upload's journal; without a folder for journals nothing is recorded.
#[derive(Debug, Clone)]
pub(in crate::tasks) struct Record(Option<Arc<Journal>>);

impl Record {
    /// Begins a journal; the recipe is durable when this returns.
    pub(super) async fn create(folder: Option<PathBuf>, recipe: &Recipe) -> Result<Self, Fault> {
        let Some(folder) = folder else {
            return Ok(Self(None));
        };
        let recipe = recipe.clone();
        let journal = blocking(move || Journal::create(&folder, &recipe)).await?;
        Ok(Self(Some(Arc::new(journal))))
    }

    /// Takes up a journal.
    pub(in crate::tasks) async fn open(
        folder: PathBuf,
        id: &str,
    ) -> Result<(Self, journal::State), Fault> {
        let id = id.to_owned();
        let (journal, state) = blocking(move || Journal::open(&folder, &id)).await?;
        Ok((Self(Some(Arc::new(journal))), state))
    }

    /// The journal's name.
    pub(super) fn id(&self) -> Option<String> {
        self.0.as_ref().map(|journal| journal.id().to_owned())
    }

    pub(super) async fn begun(&self, begun: Begun) -> Result<(), Fault> {
        self.write(move |journal| journal.begun(&begun)).await
    }

    pub(super) async fn part(&self, part: PartRecord) -> Result<(), Fault> {
        self.write(move |journal| journal.part(&part)).await
    }

    pub(super) async fn sync(&self) -> Result<(), Fault> {
        self.write(Journal::sync).await
    }

    pub(in crate::tasks) async fn completing(&self, completing: Completing) -> Result<(), Fault> {
        self.write(move |journal| journal.completing(&completing))
            .await
    }

    pub(in crate::tasks) async fn end(&self, end: End) -> Result<(), Fault> {
        self.write(move |journal| journal.end(&end)).await
    }

    /// Forgets an upload of which nothing was begun.
    pub(super) async fn remove(self) -> Result<(), Fault> {
        match self.0.and_then(Arc::into_inner) {
            Some(journal) => blocking(move || journal.remove()).await,
            None => Ok(()),
        }
    }

    async fn write(
        &self,
        work: impl FnOnce(&Journal) -> Result<(), JournalError> + Send + 'static,
    ) -> Result<(), Fault> {
        let Some(journal) = self.0.clone() else {
            return Ok(());
        };
        blocking(move || work(&journal)).await
    }
}

/// Runs what blocks elsewhere.
pub(in crate::tasks) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| fault(&error.to_string())),
        Err(error) => Err(fault(&error.to_string())),
    }
}

/// Something is wrong with a journal.
pub(super) fn fault(message: &str) -> Fault {
    Fault {
        operation: Operation::Local,
        target: String::new(),
        kind: Kind::Other,
        code: None,
        message: message.to_owned(),
        hint: String::new(),
    }
}
