//! Configurations of many shapes, for tests.

use proptest::prelude::*;

use super::tree::escaped;

/// One thing that a rule does or is about, without namespaces.
fn element() -> impl Strategy<Value = String> {
    prop_oneof![
        (1..400_u32, prop_oneof![Just("GLACIER"), Just("ICE"), Just("DEEP_ARCHIVE")]).prop_map(
            |(days, class)| format!(
                "<Transition><Days>{days}</Days><StorageClass>{class}</StorageClass></Transition>"
            )
        ),
        (1..4000_u32).prop_map(|days| format!("<Expiration><Days>{days}</Days></Expiration>")),
        Just("<Expiration><Date>2027-01-01T00:00:00.000Z</Date></Expiration>".to_owned()),
        Just("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>".to_owned()),
        (1..9_u32).prop_map(|kept| format!(
            "<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays>\
             <NewerNoncurrentVersions>{kept}</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
        )),
        Just("<Wind force=\"7 &amp; more\" xmlns:w=\"urn:w\"><w:From>NNW</w:From><!-- sea --></Wind>".to_owned()),
        Just("<!-- ask ops before changing -->".to_owned()),
        Just("<Note><![CDATA[a < b & c]]></Note>".to_owned()),
        (1..30_u32).prop_map(|days| format!(
            "<AbortIncompleteMultipartUpload><DaysAfterInitiation> {days}\n</DaysAfterInitiation>\
             </AbortIncompleteMultipartUpload>"
        )),
        (1..30_u32).prop_map(|days| format!(
            "<AbortIncompleteMultipartUpload><DaysAfterInitiation>{days}</DaysAfterInitiation>\
             </AbortIncompleteMultipartUpload>"
        )),
    ]
}

/// Prefixes, some of them awkward.
pub(super) fn prefix() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("logs/".to_owned()),
        Just("a&b <c> \"d\" ".to_owned()),
        Just("line\nbreak\tand\rmore".to_owned()),
        "[a-zA-Z0-9/ é日_.-]{1,12}",
    ]
}

fn filter(older: bool) -> BoxedStrategy<String> {
    if older {
        return prefix()
            .prop_map(|prefix| format!("<Prefix>{}</Prefix>", escaped(&prefix)))
            .boxed();
    }
    prop_oneof![
        Just("<Filter/>".to_owned()),
        Just("<Filter><Prefix/></Filter>".to_owned()),
        prefix().prop_map(|of| format!("<Filter><Prefix>{}</Prefix></Filter>", escaped(&of))),
        Just("<Filter><Tag><Key>a</Key><Value>b &amp; c</Value></Tag></Filter>".to_owned()),
        prefix().prop_map(|of| format!(
            "<Filter><And><Prefix>{}</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>\
             <ObjectSizeGreaterThan>1024</ObjectSizeGreaterThan></And></Filter>",
            escaped(&of)
        )),
        Just("<Filter><Moon phase=\"new\"/></Filter>".to_owned()),
    ]
    .boxed()
}

fn rule(older: bool) -> impl Strategy<Value = Vec<String>> {
    let id = prop_oneof![
        Just(String::new()),
        "[a-z]{1,6}",
        Just("mopup-abort-all".to_owned())
    ];
    let status = prop_oneof![Just("Enabled"), Just("Enabled"), Just("Disabled")];
    let done = proptest::collection::vec(element(), 0..4);
    (id, filter(older), status, done).prop_map(|(id, filter, status, done)| {
        let mut elements = Vec::new();
        if !id.is_empty() {
            elements.push(format!("<ID>{id}</ID>"));
        }
        elements.push(filter);
        elements.push(format!("<Status>{status}</Status>"));
        elements.extend(done);
        elements
    })
}

/// The same text with a prefix before every name of an element.
fn with_prefix(text: &str, prefix: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        written.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with("<!") || rest.starts_with("<w:") || rest.starts_with("</w:") {
            let end = if rest.starts_with("<![CDATA[") {
                rest.find("]]>").unwrap() + 3
            } else {
                rest.find('>').unwrap() + 1
            };
            written.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            let begins = if rest.starts_with("</") { 2 } else { 1 };
            written.push_str(&rest[..begins]);
            written.push_str(prefix);
            rest = &rest[begins..];
        }
    }
    written.push_str(rest);
    written
}

/// A whole configuration as a text.
pub(super) fn configuration() -> impl Strategy<Value = String> {
    let older = any::<bool>();
    let rules = older.prop_flat_map(|older| proptest::collection::vec(rule(older), 0..6));
    let style = (any::<bool>(), any::<bool>(), 0..4_u8);
    (rules, style).prop_map(|(rules, (lines, declared, kind))| {
        let (end, indent) = match (lines, kind) {
            (false, _) => ("", ""),
            (true, 0) => ("\r\n", "\t"),
            (true, _) => ("\n", "    "),
        };
        let mut body = String::new();
        for elements in rules {
            body.push_str(&format!("{end}{indent}<Rule>"));
            for element in elements {
                body.push_str(&format!("{end}{indent}{indent}{element}"));
            }
            body.push_str(&format!("{end}{indent}</Rule>"));
        }
        let declaration = if declared { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" } else { "" };
        match kind {
            1 => {
                let body = with_prefix(&body, "s3:");
                format!(
                    "{declaration}<s3:LifecycleConfiguration xmlns:s3=\"urn:s3\" a=\"b\">{body}{end}\
                     </s3:LifecycleConfiguration>"
                )
            }
            2 if body.is_empty() => {
                format!("{declaration}<LifecycleConfiguration xmlns='urn:x' />")
            }
            _ => format!(
                "{declaration}<LifecycleConfiguration xmlns=\"urn:x\">{body}{end}</LifecycleConfiguration>\n"
            ),
        }
    })
}
