//! What is read, told, proposed and compared.

use super::*;

pub(super) fn document(body: &str) -> Document {
    Document {
        body: body.to_owned(),
        default_minimum: None,
    }
}

pub(super) fn read(body: &str) -> Configuration {
    Configuration::read(Some(document(body))).unwrap()
}

pub(super) fn proposal(days: u32, prefix: &str) -> Proposal {
    Proposal {
        days,
        prefix: prefix.to_owned(),
    }
}

fn with(rules: &str) -> String {
    format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>")
}

fn words(rule: &str) -> String {
    read(&with(&format!("<Rule>{rule}</Rule>"))).rules[0]
        .words
        .clone()
}

const ABORT: &str = "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation>\
    </AbortIncompleteMultipartUpload>";

#[test]
fn a_rule_is_told_in_one_sentence() {
    let on = "<Status>Enabled</Status>";
    let tagged = "<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>";
    let and = "<Filter><And><Prefix>x/</Prefix><ObjectSizeGreaterThan>1048576</ObjectSizeGreaterThan>\
        <ObjectSizeLessThan>oops</ObjectSizeLessThan></And></Filter>";
    let glacier = "<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>";
    let expire = "<Expiration><Days>365</Days></Expiration>";
    for (rule, told) in [
        (
            format!("{on}<Filter><Prefix>logs/</Prefix></Filter>{ABORT}"),
            "aborts uploads 7 days after they began, under logs/",
        ),
        (
            format!("{on}<Prefix/>{}", ABORT.replace('7', "1")),
            "aborts uploads 1 day after they began",
        ),
        (
            format!("{on}{tagged}{glacier}{expire}"),
            "moves objects tagged a=b to GLACIER after 30 days, expires them after 365 days",
        ),
        (
            format!("<Status>Disabled</Status><Filter/>{expire}"),
            "disabled: expires objects after 365 days",
        ),
        (
            format!("{on}{and}{glacier}"),
            "moves objects larger than 1.00 MiB and smaller than oops to GLACIER after 30 days, under x/",
        ),
        (
            format!(
                "{on}<Filter/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>\
                 </Expiration><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>\
                 <NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
            ),
            "removes delete markers that hide nothing any more, removes old versions of objects 1 day after \
             they were replaced, but not the newest 3",
        ),
        (
            format!(
                "{on}<Filter><Moon/></Filter><Expiration><Date>2027-01-01T00:00:00.000Z</Date></Expiration><Wind/>"
            ),
            "expires objects on 2027-01-01; says more that is not understood here: Wind, Filter/Moon",
        ),
        (
            format!("<Filter/>{ABORT}"),
            "not enabled (it has no status): aborts uploads 7 days after they began",
        ),
        (on.to_owned(), "does nothing"),
    ] {
        assert_eq!(words(&rule), told);
    }
}

#[test]
fn only_enabled_rules_with_at_most_a_prefix_abort_uploads() {
    let rules = |filter: &str, status: &str| {
        let text = with(&format!(
            "<Rule><ID>r</ID>{filter}<Status>{status}</Status>{ABORT}</Rule>"
        ));
        read(&text).cover()
    };
    assert_eq!(rules("<Prefix/>", "Enabled"), Cover::Whole(7));
    assert_eq!(rules("", "Enabled"), Cover::Whole(7));
    assert_eq!(rules("<Filter></Filter>", "Enabled"), Cover::Whole(7));
    let and = "<Filter><And><Prefix>a/</Prefix></And></Filter>";
    assert_eq!(
        rules(and, "Enabled"),
        Cover::Prefixes(vec!["a/".to_owned()])
    );
    for (filter, status) in [
        ("<Filter/>", "Disabled"),
        (
            "<Filter><Tag><Key>a</Key><Value/></Tag></Filter>",
            "Enabled",
        ),
        (
            "<Filter><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter>",
            "Enabled",
        ),
        ("<Filter><Moon/></Filter>", "Enabled"),
    ] {
        assert_eq!(rules(filter, status), Cover::None, "{filter}");
    }
}

#[test]
fn namespaces_comments_entities_and_sections_of_text_are_read_through() {
    let text = "\u{feff}<?xml version=\"1.0\"?><!-- x --><l:LifecycleConfiguration xmlns:l=\"urn:l\"><l:Rule a='b'>\
        <l:ID>a&amp;b</l:ID><l:Filter><l:Prefix><![CDATA[<x>]]>&#x41;&lt;</l:Prefix></l:Filter>\
        <l:Status> Enabled </l:Status><l:AbortIncompleteMultipartUpload><l:DaysAfterInitiation><!-- c -->3\
        </l:DaysAfterInitiation></l:AbortIncompleteMultipartUpload></l:Rule></l:LifecycleConfiguration>";
    let found = read(text);
    let rule = AbortRule {
        id: "a&b".to_owned(),
        prefix: "<x>A<".to_owned(),
        days: 3,
    };
    assert_eq!(*found.abort_rules(), [rule]);
    let plan = propose(&found, &proposal(9, "<x>A<")).unwrap();
    let after = plan.change.unwrap().after;
    assert_eq!(read(&after.body).abort_rules()[0].days, 9);
}

#[test]
fn hostile_documents_are_refused_with_a_reason() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let huge = with(&" ".repeat(5 << 20));
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><LifecycleConfiguration/>";
    for (text, why) in [
        ("", "it is empty"),
        ("not XML", "there is text outside of its elements"),
        (
            "<ListBucketResult/>",
            "it is a document of another kind ('ListBucketResult')",
        ),
        ("<html></html>", "it is a document of another kind ('html')"),
        (deep.as_str(), "its elements are nested too deeply"),
        (huge.as_str(), "it is larger than 4 MiB"),
        (bomb, "it has a document type"),
        (
            "<LifecycleConfiguration>&bomb;</LifecycleConfiguration>",
            "the entity 'bomb' is not known",
        ),
        (
            "<LifecycleConfiguration><Rule>",
            "it ends before its last element",
        ),
        (
            "<LifecycleConfiguration/><LifecycleConfiguration/>",
            "something follows its last element",
        ),
        (
            "<LifecycleConfiguration/>x",
            "there is text outside of its elements",
        ),
    ] {
        let refused = Configuration::read(Some(document(text))).unwrap_err();
        assert_eq!(refused.to_string(), why);
    }
    let whole = with(&format!("<Rule><ID>r</ID>{ABORT}</Rule>"));
    for end in 0..whole.len() {
        assert!(Configuration::read(Some(document(&whole[..end]))).is_err());
    }
}

#[test]
fn a_bucket_without_rules_gets_a_configuration_of_its_own() {
    let plan = propose(&Configuration::default(), &proposal(7, "")).unwrap();
    let change = plan.change.unwrap();
    assert_eq!(change.before, None);
    assert_eq!(
        change.after.body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LifecycleConfiguration \
         xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>mopup-abort-all</ID><Filter><Prefix/>\
         </Filter><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>7\
         </DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>"
    );
    assert_eq!(read(&change.after.body).cover(), Cover::Whole(7));
}

#[test]
fn a_rule_is_written_in_the_form_of_the_others() {
    let older = with("<Rule><ID>a</ID><Prefix>x/</Prefix><Status>Enabled</Status></Rule>");
    let after = |text: &str| {
        let plan = propose(&read(text), &proposal(7, "y/")).unwrap();
        plan.change.unwrap().after.body
    };
    let written = after(&older);
    assert!(
        written.contains("<Prefix>y/</Prefix>") && !written.contains("<Filter>"),
        "{written}"
    );
    let newer = older.replace(
        "<Prefix>x/</Prefix>",
        "<Filter><Prefix>x/</Prefix></Filter>",
    );
    assert!(after(&newer).contains("<Filter><Prefix>y/</Prefix></Filter>"));
    let lines = "<LifecycleConfiguration>\n  <Rule>\n    <ID>a</ID>\n  </Rule>\n</LifecycleConfiguration>\n";
    assert!(after(lines).contains("</Rule>\n  <Rule>\n    <ID>mopup-abort-y</ID>\n"));
}

#[test]
fn a_rule_that_does_nothing_else_is_changed_and_not_doubled() {
    let text = with(&format!(
        "<Rule><ID>old</ID><Filter><Prefix/></Filter><Status>Enabled</Status>{ABORT}</Rule><!-- keep -->"
    ));
    let plan = propose(&read(&text), &proposal(3, "")).unwrap();
    assert_eq!(
        plan.words,
        "changes the rule 'old' from 7 days to 3 days, and nothing else"
    );
    assert_eq!(plan.change.unwrap().after.body, text.replace('7', "3"));
    let plan = propose(&read(&text), &proposal(7, "")).unwrap();
    assert_eq!(plan.change, None);
    assert_eq!(
        plan.words,
        "nothing to do: the rule 'old' already aborts uploads 7 days after they began"
    );
    let plan = propose(&read(&text), &proposal(30, "logs/")).unwrap();
    assert_eq!(
        plan.remark.as_deref(),
        Some("the rule 'old' ends them after 7 days already: the earlier one counts")
    );
}

#[test]
fn what_cannot_be_a_rule_is_refused() {
    let refused = |configuration: &Configuration, proposal: &Proposal| {
        propose(configuration, proposal).unwrap_err().to_string()
    };
    let none = Configuration::default();
    assert!(refused(&none, &proposal(0, "")).contains("from 1"));
    assert!(refused(&none, &proposal(u32::MAX, "")).contains("from 1"));
    assert!(refused(&none, &proposal(1, "\u{1}")).contains("control character"));
    assert!(refused(&none, &proposal(1, &"x".repeat(1025))).contains("1,024"));
    let full = read(&with(&"<Rule><Filter/></Rule>".repeat(1000)));
    assert!(refused(&full, &proposal(1, "")).contains("1,000 rules"));
    let google = read(&with(
        "<Rule><Action><Delete/></Action><Condition><Age>1</Age></Condition></Rule>",
    ));
    assert!(refused(&google, &proposal(1, "")).contains("another form"));
}

#[test]
fn services_may_write_the_same_differently() {
    let one = with(&format!(
        "<Rule><ID>a</ID><Filter><Prefix/></Filter><Status>Enabled</Status>{ABORT}</Rule>\
         <Rule><Filter><And><Prefix>x</Prefix></And></Filter><Status>Enabled</Status>\
         <Expiration><Date>2027-01-01T00:00:00Z</Date></Expiration></Rule>"
    ));
    let other = format!(
        "<?xml version=\"1.0\"?>\n<LifecycleConfiguration xmlns=\"urn:x\">\n<Rule><Status>Enabled</Status>\n\
         <Prefix>x</Prefix><Expiration><Date>2027-01-01T00:00:00.000Z</Date></Expiration><ID>made-up</ID></Rule>\
         <Rule>{ABORT}<Status>Enabled</Status><ID>a</ID><Prefix></Prefix></Rule></LifecycleConfiguration>"
    );
    let is_same = |one: &str, other: &str| same(Some(&document(one)), Some(&document(other)));
    assert!(is_same(&one, &other) && is_same(&other, &one));
    assert!(!is_same(&one, &other.replace(">7<", ">8<")));
    assert!(!is_same(&one, &other.replace("<Prefix>x<", "<Prefix>x <")));
    assert!(!is_same(&one, &other.replace("<ID>a</ID>", "<ID>b</ID>")));
    assert!(!is_same(&one, &with("")));
    assert!(!same(Some(&document(&one)), None) && same(None, None));
    let sized = |size: &str| Document {
        default_minimum: Some(size.to_owned()),
        ..document(&one)
    };
    assert!(!same(
        Some(&sized("all_storage_classes_128K")),
        Some(&sized("varies"))
    ));
    assert!(same(Some(&sized("varies")), Some(&document(&one))));
}

fn shown(before: &str, after: &str) -> Vec<String> {
    let lines = difference(Some(before), Some(after)).unwrap();
    lines
        .iter()
        .map(|line| format!("{} {}", line.mark.sign(), line.text))
        .collect()
}

#[test]
fn a_difference_says_what_changes_and_tells_the_rest_in_words() {
    let text = with(&format!(
        "<Rule><ID>a</ID><Filter/><Status>Disabled</Status><Expiration><Days>9</Days></Expiration></Rule>\
         <Rule><ID>b</ID><Prefix/><Status>Enabled</Status>{ABORT}</Rule>"
    ));
    assert_eq!(
        shown(&text, &text.replace('7', "3")),
        [
            "  rule 'a': disabled: expires objects after 9 days",
            "  <Rule>",
            "    <ID>b</ID>",
            "    <Prefix/>",
            "    <Status>Enabled</Status>",
            "    <AbortIncompleteMultipartUpload>",
            "-     <DaysAfterInitiation>7</DaysAfterInitiation>",
            "+     <DaysAfterInitiation>3</DaysAfterInitiation>",
            "    </AbortIncompleteMultipartUpload>",
            "  </Rule>",
        ]
    );
    let gone = shown(&text, &with(""));
    assert!(gone.iter().all(|line| line.starts_with('-')), "{gone:?}");
    let lines = difference(None, Some(&text)).unwrap();
    assert!(lines.iter().all(|line| line.mark == Mark::Added));
}

#[test]
fn blanks_and_commas_of_a_prefix_are_seen_in_its_sentence() {
    let on = "<Status>Enabled</Status>";
    for (prefix, told) in [
        ("logs/", "under logs/"),
        (" ", "under ' '"),
        ("a b/", "under a b/"),
        ("a, under b", "under 'a, under b'"),
    ] {
        let rule = words(&format!("{on}<Prefix>{prefix}</Prefix>{ABORT}"));
        assert!(rule.ends_with(told), "{rule}");
        let plan = propose(&Configuration::default(), &proposal(7, prefix)).unwrap();
        assert!(plan.words.ends_with(told), "{}", plan.words);
    }
}
