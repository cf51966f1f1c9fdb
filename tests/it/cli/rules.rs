//! `lifecycle show`, `lifecycle set`, and deadlines by rules in `ls`.

use mopup::model::lifecycle::Document;
use mopup::protocol::Operation;

use super::asks::typed;
use super::*;

const OTHER: &str = "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n  <Rule>\n    \
    <ID>cold</ID>\n    <Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>\n    <Status>Enabled</Status>\n    \
    <Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>\n    <Wind/>\n  </Rule>\n\
    </LifecycleConfiguration>\n";

fn rules(shop: &Shop, body: &str) {
    let document = Document {
        body: body.to_owned(),
        default_minimum: None,
    };
    shop.store.set_lifecycle("attic", Some(&document)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_shown_in_words_as_json_and_as_they_are() {
    let shop = Shop::open().await;
    let none = shop.run(&["lifecycle", "show", "s3://attic"]).with_code(0);
    assert_eq!(
        none.out,
        "there are no lifecycle rules\norphans can gather: no rule ends uploads\n"
    );
    rules(&shop, OTHER);
    let shown = shop.run(&["lifecycle", "show", "s3://attic"]).with_code(0);
    assert_eq!(
        shown.out,
        "cold: moves objects tagged a=b to GLACIER after 30 days; says more that is not understood here: Wind\n\
         orphans can gather: no rule ends uploads\n"
    );
    let xml = shop.run(&["lifecycle", "show", "s3://attic", "--xml"]);
    assert_eq!(xml.with_code(0).out, OTHER);
    let json = shop.run(&["lifecycle", "show", "s3://attic", "--json"]);
    let bucket = &json.with_code(0).json()["buckets"][0];
    assert_eq!(bucket["cover"], "none");
    assert_eq!(bucket["xml"], OTHER);
    assert_eq!(bucket["rules"][0]["id"], "cold");
    assert_eq!(bucket["error"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bucket_has_its_line_and_a_denial_is_told() {
    let shop = Shop::open().await;
    for bucket in ["ruled", "secret"] {
        shop.store.create_bucket(bucket, "us-east-1");
    }
    let made = shop.run(&["lifecycle", "set", "s3://ruled", "--days", "1", "--yes"]);
    made.with_code(0);
    shop.store.deny("secret", Operation::GetLifecycle, "");
    let shown = shop.run(&["lifecycle", "show"]).with_code(1);
    let lines: Vec<_> = shown.out.lines().collect();
    assert_eq!(lines.len(), 3, "{shown:?}");
    assert!(
        lines[0].starts_with("s3://attic ") && lines[0].ends_with("no rule: orphans can gather")
    );
    assert!(
        lines[1].ends_with("all uploads end after 1 day"),
        "{shown:?}"
    );
    assert!(
        lines[2].ends_with("the right to look is missing"),
        "{shown:?}"
    );
    assert!(
        shown.err.contains("s3:GetLifecycleConfiguration"),
        "{shown:?}"
    );
    let json = shop
        .run(&["lifecycle", "show", "--json"])
        .with_code(1)
        .json();
    assert_eq!(json["buckets"][2]["cover"], "denied");
    assert_eq!(json["errors"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_set_beside_the_others_and_once() {
    let shop = Shop::open().await;
    rules(&shop, OTHER);
    let set = [
        "lifecycle",
        "set",
        "s3://attic",
        "--days",
        "3",
        "--prefix",
        "tmp/",
    ];
    let dry = shop.run(&[&set[..], &["--dry-run"]].concat()).with_code(0);
    assert!(dry.out.contains("+   <ID>mopup-abort-tmp</ID>"), "{dry:?}");
    assert!(
        dry.out.ends_with("nothing was written (--dry-run)\n"),
        "{dry:?}"
    );
    assert_eq!(shop.store.lifecycle("attic").unwrap().body, OTHER);

    let done = shop.run(&[&set[..], &["--yes"]].concat()).with_code(0);
    assert!(
        done.out.starts_with("written and read back: adds the rule"),
        "{done:?}"
    );
    let now = shop.store.lifecycle("attic").unwrap().body;
    let (head, tail) = OTHER.split_at(OTHER.rfind("\n</").unwrap());
    assert!(now.starts_with(head) && now.ends_with(tail), "{now}");
    let audit = shop.home.path().join("state/mopup/audit.jsonl");
    let record: Value = serde_json::from_str(&std::fs::read_to_string(audit).unwrap()).unwrap();
    assert_eq!(
        (&record["before"], &record["after"]),
        (&OTHER.into(), &now.as_str().into())
    );

    let again = shop
        .run(&[&set[..], &["--yes", "--json"]].concat())
        .with_code(0)
        .json();
    assert_eq!(
        (&again["written"], &again["after"]),
        (&false.into(), &Value::Null)
    );
    assert!(
        again["words"]
            .as_str()
            .unwrap()
            .starts_with("nothing to do")
    );
    assert_eq!(shop.server.requests(Operation::PutLifecycle), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn setting_refuses_where_it_cannot_ask_or_may_not() {
    let shop = Shop::open().await;
    let set = ["lifecycle", "set", "s3://attic"];
    let asks = shop.run(&set).with_code(2);
    assert!(asks.err.contains("--yes"), "{asks:?}");
    let only = shop.run(&[&set[..], &["--yes", "--read-only"]].concat());
    assert!(only.with_code(1).err.contains("read-only"));
    shop.run(&["lifecycle", "set", "s3://attic/logs/", "--yes"])
        .with_code(2);
    shop.run(&["lifecycle", "set", "s3://attic", "--days", "0", "--yes"])
        .with_code(2);
    shop.store.deny("attic", Operation::PutLifecycle, "");
    let denied = shop
        .run(&[&set[..], &["--yes", "--json"]].concat())
        .with_code(1);
    assert!(
        denied.err.contains("s3:PutLifecycleConfiguration"),
        "{denied:?}"
    );
    assert_eq!(denied.json()["error"]["code"], "AccessDenied");
    assert!(shop.store.lifecycle("attic").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn ls_sized_tells_the_deadline_by_the_buckets_rules() {
    let shop = Shop::open().await;
    shop.upload("logs/a", None, 1, HOUR * 5);
    shop.upload("video", None, 1, HOUR * 5);
    let rule = [
        "lifecycle",
        "set",
        "s3://attic",
        "--days",
        "2",
        "--prefix",
        "logs/",
    ];
    shop.run(&[&rule[..], &["--yes"]].concat()).with_code(0);
    let asked = shop.server.requests(Operation::GetLifecycle);
    let listed = shop
        .run(&["ls", "--sized", "--jsonl", "s3://attic"])
        .with_code(0);
    let lines = listed.lines();
    let due = lines[0]["deadline"].as_str().unwrap();
    assert!(due.ends_with("T00:00:00Z"), "{due}");
    assert_eq!(lines[1]["deadline"], Value::Null);
    assert_eq!(shop.server.requests(Operation::GetLifecycle), asked + 1);
    let people = shop.run(&["ls", "--sized", "s3://attic"]).with_code(0).out;
    let column = people.find("DEADLINE").unwrap();
    let told: Vec<&str> = people.lines().skip(1).map(|line| &line[column..]).collect();
    assert!(told[0].starts_with("in "), "{people}");
    assert!(told[1].starts_with("- "), "{people}");
    let soon = ["ls", "--filter", "deadline<30d", "--jsonl", "s3://attic"];
    let soon = shop.run(&soon).with_code(0).lines();
    assert_eq!((soon.len(), &soon[0]["key"]), (1, &"logs/a".into()));
    // Without the right to look nothing is known, and nothing is said.
    shop.store.deny("attic", Operation::GetLifecycle, "");
    let listed = shop
        .run(&["ls", "--sized", "--jsonl", "s3://attic"])
        .with_code(0);
    assert!(listed.err.is_empty(), "{listed:?}");
    // A listing alone asks for nothing else.
    let asked = shop.server.requests(Operation::GetLifecycle);
    shop.run(&["ls", "s3://attic"]).with_code(0);
    assert_eq!(shop.server.requests(Operation::GetLifecycle), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_only_the_word_has_rules_written() {
    let shop = Shop::open().await;
    rules(&shop, OTHER);
    let args = ["lifecycle", "set", "s3://attic"];
    let ask = |word| typed(&shop, &args, "to have these rules written: ", word);
    for wrong in ["\n", "y\n", "yes\n", "\u{4}"] {
        let (shown, code) = ask(wrong);
        assert_eq!(code, 1, "{shown}");
        assert!(shown.contains("+   <ID>mopup-abort-all</ID>"), "{shown}");
        assert!(shown.contains("(rule 'cold': moves objects"), "{shown}");
        assert!(shown.contains("nothing was written"), "{shown}");
    }
    let (shown, code) = ask("\u{3}");
    assert_eq!(code, 130, "{shown}");
    assert_eq!(shop.store.lifecycle("attic").unwrap().body, OTHER);
    let (shown, code) = ask("write\n");
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("uploads end at the latest 7 days after they began"),
        "{shown}"
    );
}
