//! Who may open a journal, under which name, and what becomes of its file.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{begun, completing, part, recipe, stored};
use crate::journal::log::Log;
use crate::journal::{Begun, End, Journal, JournalError, id, list, read};
use crate::model::Timestamp;

fn path_of(folder: &tempfile::TempDir, journal: &Journal) -> PathBuf {
    id::path(folder.path(), journal.id())
}

#[test]
fn a_journal_is_its_owners_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("state/mopup/uploads");
    let journal = Journal::create(&folder, &recipe()).unwrap();
    assert_eq!(journal.id(), "20261121-142407-0700");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(folder.parent().unwrap()), 0o700);
        assert_eq!(mode(&id::path(&folder, journal.id())), 0o600);
        assert_eq!(mode(&folder.join(".lock")), 0o600);
    }
}

#[test]
fn ids_are_unique_within_a_millisecond_and_sort_by_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut recipe = recipe();
    let mut made = Vec::new();
    for millis in [0, 1, 999, 1000, 86_400_000] {
        recipe.created = Timestamp::from_millis(1_795_271_047_000 + millis);
        for _ in 0..40 {
            made.push(Journal::create(folder.path(), &recipe).unwrap());
        }
    }
    let ids: Vec<&str> = made.iter().map(Journal::id).collect();
    assert!(ids.is_sorted());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    // Far behind what two digits tell apart, and times that no calendar has.
    assert_eq!(id::make(recipe.created, 36 * 36), "20261122-142407-00100");
    for odd in [i64::MIN, -1] {
        let odd = Timestamp::from_millis(odd);
        assert_eq!(id::make(odd, 0), "19700101-000000-0000");
    }
    let last = Timestamp::from_millis(i64::MAX);
    assert_eq!(id::make(last, 35), "99991231-235959-rr0z");
}

#[test]
fn two_threads_in_the_same_millisecond_get_two_journals() {
    let folder = tempfile::tempdir().unwrap();
    let create = || {
        let made = (0..20).map(|_| Journal::create(folder.path(), &recipe()).unwrap());
        made.map(|journal| journal.id().to_owned())
            .collect::<Vec<_>>()
    };
    let ids: BTreeSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(create)).collect();
        let made = threads.into_iter().map(|thread| thread.join().unwrap());
        made.flatten().collect()
    });
    assert_eq!(ids.len(), 80);
}

#[test]
fn an_id_may_be_typed_as_far_as_it_is_unique() {
    let folder = tempfile::tempdir().unwrap();
    let one = Journal::create(folder.path(), &recipe()).unwrap();
    let two = Journal::create(folder.path(), &recipe()).unwrap();
    let ids = [one.id().to_owned(), two.id().to_owned()];
    drop((one, two));
    let error = Journal::open(folder.path(), "2026").unwrap_err();
    assert_eq!(
        error.to_string(),
        "'2026' may be 20261121-142407-0700, 20261121-142407-0701; type more of it"
    );
    let (journal, _) = Journal::open(folder.path(), &ids[1]).unwrap();
    journal.remove().unwrap();
    let (journal, state) = Journal::open(folder.path(), "2026").unwrap();
    assert_eq!(journal.id(), ids[0]);
    assert_eq!(state.recipe, recipe());
    // One that is the beginning of another is still the one that was meant.
    let longer = folder.path().join(format!("{}0.jsonl", ids[0]));
    fs::copy(path_of(&folder, &journal), longer).unwrap();
    assert_eq!(read(folder.path(), &ids[0]).unwrap().id, ids[0]);
}

#[test]
fn no_id_leads_out_of_the_folder() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("uploads");
    let journal = Journal::create(&folder, &recipe()).unwrap();
    fs::copy(
        id::path(&folder, journal.id()),
        home.path().join("out.jsonl"),
    )
    .unwrap();
    fs::create_dir(folder.join("dir.jsonl")).unwrap();
    let absolute = home.path().join("out").display().to_string();
    for id in [
        "../out", "", ".", "..", "/", &absolute, "a\0b", "dir", ".lock", "x",
    ] {
        let expected = JournalError::NotFound { id: id.to_owned() };
        assert_eq!(Journal::open(&folder, id).unwrap_err(), expected);
        assert_eq!(read(&folder, id).unwrap_err(), expected);
    }
    let nowhere = home.path().join("nowhere");
    assert!(Journal::open(&nowhere, "2026").is_err());
    assert!(!nowhere.exists());
}

#[test]
fn two_never_work_on_one_journal() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(folder.path(), &recipe()).unwrap();
    let id = journal.id().to_owned();
    let busy = JournalError::Busy { id: id.clone() };
    assert_eq!(Journal::open(folder.path(), &id).unwrap_err(), busy);
    assert!(read(folder.path(), &id).unwrap().is_busy);
    drop(journal);
    assert!(!read(folder.path(), &id).unwrap().is_busy);
    let (again, _) = Journal::open(folder.path(), &id).unwrap();
    assert_eq!(Journal::open(folder.path(), &id).unwrap_err(), busy);
    drop(again);
}

#[test]
fn looking_is_never_mistaken_for_working() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(folder.path(), &recipe()).unwrap();
    let id = journal.id().to_owned();
    drop(journal);
    let is_done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_done.load(std::sync::atomic::Ordering::SeqCst) {
                    list(folder.path()).unwrap();
                }
            });
        }
        let opened: Vec<_> = (0..300)
            .map(|_| Journal::open(folder.path(), &id).map(drop))
            .collect();
        is_done.store(true, std::sync::atomic::Ordering::SeqCst);
        assert!(opened.iter().all(Result::is_ok));
    });
}

#[test]
#[expect(clippy::print_stderr, reason = "says that it was skipped")]
fn another_process_holds_its_journal_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(folder.path(), &recipe()).unwrap();
    let (id, path) = (journal.id().to_owned(), path_of(&folder, &journal));
    drop(journal);
    let spawned = Command::new("flock")
        .arg("--exclusive")
        .arg(&path)
        .arg("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        eprintln!("SKIPPED: there is no flock(1) to hold the lock with");
        return;
    };
    let mut line = String::new();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"held\n").unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "held\n");
    assert!(read(folder.path(), &id).unwrap().is_busy);
    let busy = JournalError::Busy { id: id.clone() };
    assert_eq!(Journal::open(folder.path(), &id).unwrap_err(), busy);
    drop(stdin);
    child.wait().unwrap();
    let (journal, _) = Journal::open(folder.path(), &id).unwrap();
    // And the other way round.
    let mut other = Command::new("flock");
    let other = other.arg("-n").arg(&path).arg("true").status().unwrap();
    assert!(!other.success());
    drop(journal);
}

#[test]
fn a_part_is_in_the_file_before_it_is_synced() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(folder.path(), &recipe()).unwrap();
    journal.begun(&begun()).unwrap();
    journal.part(&part(7)).unwrap();
    let seen = read(folder.path(), journal.id()).unwrap();
    assert_eq!(seen.state.unwrap().parts[&7], part(7));
    journal.sync().unwrap();
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(folder.path(), &recipe()).unwrap();
    let text = || fs::read(path_of(&folder, &journal)).unwrap();
    let before = text();
    let refused = |result: Result<(), JournalError>| {
        assert!(matches!(result, Err(JournalError::OutOfOrder { .. })));
    };
    refused(journal.part(&part(1)));
    refused(journal.completing(&completing()));
    refused(journal.end(&stored()));
    assert_eq!(text(), before);
    journal.begun(&begun()).unwrap();
    refused(journal.part(&part(0)));
    refused(journal.begun(&Begun {
        upload_id: "other".into(),
        ..begun()
    }));
    let at = begun().at;
    journal.end(&End::Aborted { at }).unwrap();
    refused(journal.part(&part(1)));
    let seen = read(folder.path(), journal.id()).unwrap();
    assert_eq!(seen.state.unwrap().end, Some(End::Aborted { at }));
}

#[test]
fn only_what_was_never_begun_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(folder.path(), &recipe()).unwrap();
    let path = path_of(&folder, &journal);
    journal.begun(&begun()).unwrap();
    assert!(matches!(
        journal.remove(),
        Err(JournalError::OutOfOrder { .. })
    ));
    assert!(path.exists());
    let journal = Journal::create(folder.path(), &recipe()).unwrap();
    let path = path_of(&folder, &journal);
    journal.remove().unwrap();
    assert!(!path.exists());
}

#[test]
fn a_folder_that_cannot_be_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let Err(JournalError::Io { path, .. }) = Journal::create(&file.join("sub"), &recipe()) else {
        panic!("a file is no folder");
    };
    assert_eq!(path, file.join("sub").display().to_string());
}

/// A disk that is full, as the system tells of it: the device of that name takes nothing.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_what_to_do() {
    let full = fs::File::options().append(true).open("/dev/full").unwrap();
    let log = Log::new(Box::new(full), 0);
    let error = log.append(b"line\n").unwrap_err();
    let error = JournalError::io(Path::new("/x"), "cannot be written", &error);
    assert_eq!(
        error.to_string(),
        "/x: the journal cannot be written: No space left on device (os error 28); make room, then try again"
    );
    // It cannot be cut either, so nothing more is tried.
    assert!(log.append(b"line\n").is_err());
}
