//! Listings in the order of keys, side by side: what goes wrong, slow readers, services that take little.

use mopup::model::Upload;
use mopup::protocol::Kind;

use super::fake::fault;
use super::spreading::{DELAY, LISTING, WAYS, assert_whole, found, holding, list, numbered};
use super::*;

fn uploads(news: Vec<News>) -> Vec<Upload> {
    let pages = news.into_iter().filter_map(|news| match news {
        News::Listed(uploads) => Some(uploads),
        _ => None,
    });
    pages.flatten().collect()
}

/// What was told is the beginning of the whole, and nothing else.
fn assert_beginning(told: &[Upload]) {
    let keys: Vec<&str> = told.iter().map(|of| of.key.as_str()).collect();
    let all: Vec<String> = numbered(told.len()).collect();
    assert_eq!(keys, all);
}

#[tokio::test(start_paused = true)]
async fn what_lies_in_front_of_a_page_that_fails_is_told_and_nothing_behind_it() {
    for failing in [5, 17, 18, 33, 100, 140] {
        let mut fake = holding(numbered(20_000), 100);
        fake.script = Some(Box::new(move |operation, _, number| {
            (operation == LISTING && number == failing).then(|| fault(operation, Kind::Denied))
        }));
        let fake = Arc::new(fake);
        let (told, outcome, _) = found(&fake, "", true).await;
        let Outcome::Failed(fault) = outcome else {
            panic!("{failing}: {outcome:?}");
        };
        assert_eq!(fault.kind, Kind::Denied);
        assert!(told.len() >= 200 && told.len() < 20_000, "{}", told.len());
        assert_beginning(&told);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_found_beside_a_page_that_fails_is_told_as_it_comes() {
    let mut fake = holding(numbered(20_000), 100);
    fake.script = Some(Box::new(|operation, _, number| {
        (operation == LISTING && number == 40).then(|| fault(operation, Kind::Denied))
    }));
    let fake = Arc::new(fake);
    let (told, outcome, _) = found(&fake, "", false).await;
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    let asked = fake.count(LISTING);
    assert!(asked < 60, "nothing new is begun: {asked}");
    assert!(told.len() > 2000, "{}", told.len());
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_takes_nothing_holds_the_listing_up_in_bounded_memory() {
    let fake = Arc::new(holding(numbered(60_000), 100));
    let (engine, mut inbox) = engine(&fake, Settings::default());
    engine.send(list(JOB, "", true));
    tokio::time::sleep(DELAY * 600).await;
    let asked = fake.count(LISTING);
    assert!((40..150).contains(&asked), "{asked} pages");
    tokio::time::sleep(DELAY * 600).await;
    assert_eq!(fake.count(LISTING), asked, "held up");
    let (news, outcome) = until_end(&mut inbox, JOB).await;
    assert_eq!(outcome, Outcome::Done);
    assert_whole(&fake, "", (&uploads(news), true));
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_is_cancelled_has_told_a_beginning() {
    let fake = Arc::new(holding(numbered(40_000), 100));
    let (engine, mut inbox) = engine(&fake, Settings::default());
    engine.send(list(JOB, "", true));
    let mut told = Vec::new();
    while told.len() < 4000 {
        for report in inbox.recv(8).await {
            told.extend(uploads(vec![report.news]));
        }
    }
    engine.send(Command::Cancel(JOB));
    let (news, outcome) = until_end(&mut inbox, JOB).await;
    told.extend(uploads(news));
    let done = told.len() as u64;
    assert_eq!(outcome, Outcome::Cancelled { done, left: 0 });
    assert!(told.len() < 20_000, "{}", told.len());
    assert_beginning(&told);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_takes_three_at_once_is_asked_for_little_more_and_is_listed_whole() {
    for in_order in WAYS {
        let mut fake = holding(numbered(40_000), 100);
        fake.most = 3;
        let fake = Arc::new(fake);
        let (listed, outcome, _) = found(&fake, "", in_order).await;
        assert_eq!(outcome, Outcome::Done);
        assert_whole(&fake, "", (&listed, in_order));
        let crowds = fake.crowds.lock().unwrap();
        assert!(crowds.contains(&16), "it was tried");
        let later = &crowds[crowds.len() / 2..];
        let most = later.iter().max().copied().unwrap_or_default();
        assert!(most <= 6, "{most} at once in the second half");
        let refused = crowds.iter().filter(|crowd| **crowd > 3).count();
        assert!(refused * 4 < crowds.len(), "{refused} of {}", crowds.len());
    }
}

#[tokio::test(start_paused = true)]
async fn every_third_answer_a_refusal_leaves_a_listing_whole_and_in_order() {
    let mut fake = holding(numbered(20_000), 100);
    fake.script = Some(Box::new(|operation, _, number| {
        let throttled = operation == LISTING && number > 5 && number % 3 == 0;
        throttled.then(|| fault(operation, Kind::Throttled))
    }));
    let fake = Arc::new(fake);
    let (listed, outcome, _) = found(&fake, "", true).await;
    assert_eq!(outcome, Outcome::Done);
    assert_whole(&fake, "", (&listed, true));
}

#[tokio::test(start_paused = true)]
async fn as_many_as_are_wanted_are_asked_for_at_the_same_time() {
    for (workers, in_order) in [1, 4].into_iter().flat_map(|of| WAYS.map(|way| (of, way))) {
        let fake = Arc::new(holding(numbered(10_000), 100));
        let settings = Settings {
            listing: workers,
            ..Settings::default()
        };
        let (engine, mut inbox) = engine(&fake, settings);
        engine.send(list(JOB, "", in_order));
        let (news, outcome) = until_end(&mut inbox, JOB).await;
        assert_eq!(outcome, Outcome::Done);
        assert_whole(&fake, "", (&uploads(news), in_order));
        let crowds = fake.crowds.lock().unwrap();
        assert_eq!(crowds.iter().max(), Some(&workers));
        if workers == 1 {
            assert_eq!(crowds.len(), 100, "page by page, and no question");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_forgets_its_order_on_the_way_fails_and_tells_only_a_beginning() {
    let mut fake = holding(numbered(20_000), 100);
    let pages = std::sync::atomic::AtomicUsize::new(0);
    fake.twist = Some(Box::new(move |_, mut page| {
        if pages.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 60 {
            page.uploads.reverse();
        }
        page
    }));
    let fake = Arc::new(fake);
    let (told, outcome, _) = found(&fake, "", true).await;
    assert!(matches!(outcome, Outcome::Failed(of) if of.kind == Kind::Garbled));
    assert_beginning(&told);
}
