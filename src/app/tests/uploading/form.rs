//! Where it goes, how it is sent, and what is refused.

use super::*;

#[test]
fn a_file_is_sent_with_what_the_form_says() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("big").keys("enter");
    assert_eq!(
        bench.form().forecast.plan,
        "1,536 parts of 8.00 MiB, 8 at once"
    );
    bench.write(Field::PartSize, "16MiB");
    assert_eq!(
        bench.form().forecast.plan,
        "768 parts of 16.0 MiB, 8 at once",
        "told as it is typed"
    );
    bench.go_to(Field::Class).keys("right right");
    bench.go_to(Field::NoOverwrite).keys("y");
    bench.go_to(Field::Encryption).keys("left left");
    bench.write(Field::KmsKey, "alias/backup");
    bench.write(Field::Metadata, "host=a, run = 7");
    bench.write(Field::Tags, "team=db");
    bench.go_to(Field::Acl).keys("right right");
    bench.write(Field::Owner, "123456789012");
    bench.write(Field::Width, "4").write(Field::Rate, "10MiB");
    bench.go_to(Field::Checksum).type_("SSS");
    bench.go_to(Field::Signing).keys("space");
    bench.write(Field::Key, "db/");
    assert_eq!(bench.form().destination(), "db/big.img");
    bench.keys("ctrl-s");
    assert!(bench.app.dialog.is_none());
    assert_eq!(bench.message(), "upload started; t shows the tasks");
    assert_eq!(bench.app.tasks.list.len(), 1);
    let order = bench.order();
    assert_eq!(order.sources, [Source::Path("/srv/dumps/big.img".into())]);
    assert_eq!((order.bucket.as_str(), order.recursive), ("b", false));
    assert_eq!(order.key, "db/big.img");
    let options = &order.options;
    assert_eq!(options.storage_class.as_deref(), Some("STANDARD_IA"));
    assert_eq!(options.acl.as_deref(), Some("bucket-owner-full-control"));
    assert_eq!(options.metadata[1], ("run".to_owned(), "7".to_owned()));
    assert_eq!(options.tags.len(), 1);
    let key_id = Some("alias/backup".to_owned());
    assert_eq!(options.encryption, Encryption::Kms { key_id });
    assert_eq!(order.access.expected_owner.as_deref(), Some("123456789012"));
    assert!(order.if_none_match);
    assert_eq!(
        (order.wish.part_size, order.wish.width),
        (Some(16 * MIB), Some(4))
    );
    assert_eq!(order.pace.limit, Some(10 * MIB));
    assert_eq!(order.checksum, ChecksumWish::Of(Algorithm::Sha1));
}

#[test]
fn untouched_the_form_asks_for_nothing_special() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("undump").keys("enter ctrl-s");
    let source = Source::Path("/srv/dumps/undump.sh".into());
    assert_eq!(bench.order(), &Order::new(source, "b", "undump.sh"));
}

#[test]
fn the_key_begins_in_the_folder_that_is_shown() {
    let mut bench = Bench::browsing(&many(3));
    bench.keys("esc f enter u");
    bench.folder(dumps("/srv/dumps")).type_("big").keys("enter");
    let destination = bench.form().destination();
    assert!(destination.starts_with("dir"), "{destination}");
    assert!(destination.ends_with("/big.img"), "{destination}");
    bench
        .keys("esc")
        .keys("ctrl-u")
        .type_("Data")
        .keys("space enter");
    let destination = bench.form().destination();
    assert!(destination.ends_with("/Data/"), "{destination}");
}

#[test]
fn going_back_keeps_the_choice_and_what_was_written() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("big").keys("enter");
    bench.write(Field::Tags, "a=b").write(Field::Key, "mine");
    bench.keys("esc");
    assert_eq!((bench.typed(), bench.current()), ("big", "big.img"));
    bench.keys("enter");
    assert_eq!(bench.form().destination(), "mine");
    bench.keys("esc ctrl-u").type_("dump-2").keys("enter");
    assert_eq!(bench.form().destination(), "dump-2.zst", "another file");
    bench.keys("ctrl-s");
    assert_eq!(bench.order().options.tags.len(), 1);
}

#[test]
fn what_is_wrong_is_said_at_its_field_and_start_goes_there() {
    let cases = [
        (Field::Key, "é".repeat(513), "1,026 bytes"),
        (Field::Class, "COLD STORE".into(), "' '"),
        (Field::ContentType, "text".into(), "type/subtype"),
        (Field::Metadata, "a b=c".into(), "metadata name"),
        (Field::Tags, "a=1, a=2".into(), "twice"),
        (Field::Owner, "12345".into(), "12 digits"),
        (Field::PartSize, "many".into(), "no size"),
        (Field::Width, "0".into(), "from 1"),
        (Field::Rate, "fast".into(), "no size"),
    ];
    let mut bench = Bench::browsing(&many(1));
    bench.type_("big").keys("enter");
    for (field, text, said) in cases {
        // A space in a class moves on; pasting brings it in.
        bench.go_to(field).keys("ctrl-u");
        bench.event(Event::Paste(text));
        let problem = bench.form().problem(field).unwrap();
        assert!(problem.contains(said), "{problem}");
        bench.go_to(Field::Start).keys("enter");
        assert!(!bench.has_sent());
        assert_eq!(bench.form().focus, field);
        bench.keys("ctrl-u");
    }
    bench.keys("ctrl-s");
    assert_eq!(bench.order().key, "big.img", "an empty key is the name");
}

#[test]
fn a_refused_plan_names_the_part_size_that_fits() {
    let mut settings = settings();
    settings.provider = Some(Provider {
        limits: Limits {
            max_parts: 1_000,
            ..Limits::default()
        },
        abort_after: Some(DAY),
        ..Provider::default()
    });
    let mut bench = Bench::new(settings);
    bench.keys(":").type_("bucket b").keys("enter u");
    bench.folder(dumps("/srv/dumps")).type_("big").keys("enter");
    let cost = bench.form().forecast.cost.clone();
    assert!(cost.contains("must end within 24 h"), "{cost}");
    bench.write(Field::PartSize, "8MiB").keys("ctrl-s");
    assert!(!bench.has_sent());
    let form = bench.form();
    assert_eq!(form.focus, Field::PartSize);
    assert!(form.forecast.refused);
    let plan = &form.forecast.plan;
    assert!(plan.ends_with("a part size of 13MiB fits"), "{plan}");
    bench.write(Field::PartSize, "13MiB").keys("ctrl-s");
    assert!(bench.has_sent());
}

#[test]
fn the_customers_key_is_named_and_never_kept() {
    let mut bench = Bench::browsing(&many(1));
    bench.type_("big").keys("enter");
    bench.go_to(Field::Encryption).keys("left ctrl-s");
    assert_eq!(bench.form().focus, Field::CustomerKey, "it is needed");
    let key = "bW9wdXAgbW9wdXAgbW9wdXAgbW9wdXAgbW9wdXAgMTE=";
    bench.event(Event::Paste(key.into()));
    assert!(!format!("{:?}", bench.app.dialog).contains("bW9wdXAg"));
    let problem = bench.form().problem(Field::CustomerKey).unwrap();
    assert!(problem.contains("itself was removed"), "{problem}");
    bench.type_("$SSE_KEY").keys("ctrl-s");
    let order = bench.order();
    let source = KeySource::Variable("SSE_KEY".into());
    assert_eq!(order.customer_key_from, Some(source));
    assert_eq!(order.options.encryption, Encryption::Customer);
    assert_eq!(order.access.customer_key, None);
}

#[test]
fn uploads_in_progress_of_the_same_key_are_told() {
    let mut uploads = vec![upload("big.img", 1), upload("other", 1)];
    uploads.push(Upload {
        upload_id: "second".into(),
        ..upload("big.img", 2)
    });
    let mut bench = Bench::browsing(&uploads);
    bench.type_("big").keys("enter");
    assert_eq!(bench.form().rivals.1, 2);
    bench.write(Field::Key, "other");
    assert_eq!(bench.form().rivals.1, 1);
    bench.write(Field::Key, "free");
    assert_eq!(bench.form().rivals.1, 0);
}

#[test]
fn a_form_that_led_to_nothing_is_opened_again_as_it_was() {
    let is_send = |command: &Command| match command {
        Command::Send { job, .. } => Some(*job),
        _ => None,
    };
    let mut bench = Bench::browsing(&many(1));
    bench.type_("big").keys("enter");
    bench.write(Field::Tags, "team=db").keys("ctrl-s");
    bench.answer(is_send, News::Ended(Outcome::Failed(fault())));
    let told = bench.message().to_owned();
    assert!(told.ends_with("u opens its form again"), "{told}");
    bench.keys("u");
    assert!(bench.upload().in_form);
    assert_eq!(bench.form().line(Field::Tags).unwrap().text(), "team=db");
    assert_eq!(bench.form().destination(), "big.img");
    // The files are behind it, as ever.
    bench.folder(dumps("/srv/dumps"));
    bench.keys("esc");
    assert!(!bench.upload().in_form && bench.names().len() > 1);
    bench.keys("esc u");
    assert!(bench.upload().form.is_none(), "once is enough");
    // Of what was stored nobody fills a form in again.
    bench.folder(dumps("/srv/dumps"));
    bench.type_("big").keys("enter ctrl-s");
    bench.answer(is_send, News::Ended(Outcome::Done));
    bench.keys("u");
    assert!(bench.upload().form.is_none());
}
