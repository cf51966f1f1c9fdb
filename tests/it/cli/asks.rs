//! `abort` and `complete` on a terminal: they ask, and only the count or the word that they name is a yes.

use std::io::{Read, Write};
use std::sync::mpsc;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::*;

/// Runs an abort in a terminal, answers its question, and tells what was shown and the exit code.
fn answer(shop: &Shop, answer: &str) -> (String, u32) {
    let args = ["abort", "s3://attic", "--filter", "age>1m"];
    typed(shop, &args, "to abort: ", answer)
}

/// Runs a command in a terminal, answers its question, and tells what was shown and the exit code.
pub(super) fn typed(shop: &Shop, args: &[&str], question: &str, answer: &str) -> (String, u32) {
    let pty = native_pty_system().openpty(PtySize::default()).unwrap();
    let wanted = shop.command(args);
    let mut command = CommandBuilder::new(wanted.get_program());
    command.args(wanted.get_args());
    command.env_clear();
    for (name, value) in wanted.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let mut child = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);
    let mut reader = pty.master.try_clone_reader().unwrap();
    let mut writer = pty.master.take_writer().unwrap();
    let (sender, receiver) = mpsc::channel();
    let reading = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        // Reading fails when the other side of a terminal is gone.
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            let _ = sender.send(String::from_utf8_lossy(&bytes[..count]).into_owned());
        }
    });
    let mut shown = String::new();
    while !shown.contains(question) {
        shown += &receiver.recv_timeout(Duration::from_secs(60)).unwrap();
    }
    writer.write_all(answer.as_bytes()).unwrap();
    let code = child.wait().unwrap().exit_code();
    reading.join().unwrap();
    shown.extend(receiver.try_iter());
    (shown, code)
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_only_the_typed_count_is_a_yes() {
    let shop = Shop::open().await;
    shop.upload("old/1", None, 2, HOUR * 200);
    shop.upload("old/2", None, 3, HOUR * 200);
    shop.upload("live", None, 1, HOUR / 60);
    for wrong in ["\n", "y\n", "3\n", "\u{4}"] {
        let (shown, code) = answer(&shop, wrong);
        assert_eq!(code, 1, "{shown}");
        assert!(shown.contains("2 uploads, 25.0 MiB held"), "{shown}");
        assert!(shown.contains("1 more show signs of life"), "{shown}");
        assert!(shown.contains("nothing was aborted"), "{shown}");
    }
    let (shown, code) = answer(&shop, "\u{3}");
    assert_eq!(code, 130, "{shown}");
    assert_eq!(shop.store.upload_count("attic"), 3);
    let (shown, code) = answer(&shop, "2\n");
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("2 aborted, 25.0 MiB freed, 1 skipped"),
        "{shown}"
    );
    assert_eq!(shop.store.upload_count("attic"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_only_the_word_is_a_yes() {
    let shop = Shop::open().await;
    shop.upload("k", Some("u"), 3, HOUR * 200);
    let args = ["complete", "s3://attic/k", "--upload-id", "u"];
    let ask = |word| typed(&shop, &args, "to make the object: ", word);
    for wrong in ["\n", "y\n", "yes\n", "\u{4}"] {
        let (shown, code) = ask(wrong);
        assert_eq!(code, 1, "{shown}");
        assert!(shown.contains("can be completed, but:"), "{shown}");
        assert!(
            shown.contains("the object: 3 parts, 15.0 MiB, ETag"),
            "{shown}"
        );
        assert!(shown.contains("nothing was completed"), "{shown}");
    }
    let (shown, code) = ask("\u{3}");
    assert_eq!(code, 130, "{shown}");
    assert_eq!(shop.store.upload_count("attic"), 1);
    let (shown, code) = ask("complete\n");
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("completed  s3://attic/k  15.0 MiB  3 parts"),
        "{shown}"
    );
    assert_eq!(shop.store.object("attic", "k").unwrap().size, 15 * MIB);
}
