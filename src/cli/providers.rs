//! `mopup providers`: what is known of each. Asks nobody.

use std::io::{self, Write};

use serde::Serialize;

use super::args::{self, Connection};
use super::connect;
use super::failure::{Exit, Failure};
use crate::config;
use crate::model::human::{self, escape};
use crate::model::plan::Limits;
use crate::model::provider::{Addressing, Checksums, Provider, Trust};

#[derive(Debug, Serialize)]
struct Document<'a> {
    providers: Vec<Record<'a>>,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "one for each fact")]
struct Record<'a> {
    name: &'a str,
    hosts: &'a [String],
    endpoint: Option<&'a str>,
    regions: &'a [String],
    region: Option<&'a str>,
    addressing: Option<&'static str>,
    /// Seconds after its initiation.
    abort_after: Option<u64>,
    rules_replace_it: bool,
    lifecycle: bool,
    exact_prefix_only: bool,
    listing: Vec<&'static str>,
    checksums: &'static str,
    min_part: u64,
    max_part: u64,
    max_parts: u32,
    max_object: u64,
    max_put: u64,
    equal_parts: bool,
    /// US dollars per GiB and month by storage class.
    prices: std::collections::BTreeMap<&'a str, f64>,
}

pub fn run(connection: &Connection, args: &args::Providers) -> Result<Exit, Failure> {
    let settings = connect::settings(connection)?;
    let mut shown = match &args.name {
        Some(name) => vec![
            config::provider_named(&settings.providers, name)
                .map_err(|error| Failure::Usage(error.to_string()))?,
        ],
        None => settings.providers,
    };
    shown.sort_by(|a, b| a.name.cmp(&b.name));
    let text = if args.json {
        let providers = shown.iter().map(record).collect();
        serde_json::to_string_pretty(&Document { providers })? + "\n"
    } else {
        let told: Vec<String> = shown.iter().map(told).collect();
        told.join("\n")
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Done)
}

fn record(of: &Provider) -> Record<'_> {
    let price = |class: &'_ str| if class.is_empty() { "fallback" } else { "" };
    Record {
        name: &of.name,
        hosts: &of.hosts,
        endpoint: of.place.endpoint.as_deref(),
        regions: &of.place.regions,
        region: of.place.region.as_deref(),
        addressing: of.addressing.map(addressing),
        abort_after: of.abort_after.map(|after| after.as_secs()),
        rules_replace_it: of.rules_replace_it,
        lifecycle: of.lifecycle,
        exact_prefix_only: of.exact_prefix_only,
        listing: of.listing.iter().map(|trust| trust.word()).collect(),
        checksums: checksums(of.checksums),
        min_part: of.limits.min_part,
        max_part: of.limits.max_part,
        max_parts: of.limits.max_parts,
        max_object: of.limits.max_object,
        max_put: of.limits.max_put,
        equal_parts: of.limits.equal_parts,
        prices: of
            .prices
            .iter()
            .map(|(class, rate)| {
                let name = if class.is_empty() {
                    price(class)
                } else {
                    class
                };
                (name, rate.dollars())
            })
            .collect(),
    }
}

const fn addressing(of: Addressing) -> &'static str {
    match of {
        Addressing::Path => "path",
        Addressing::Virtual => "virtual",
    }
}

const fn checksums(of: Checksums) -> &'static str {
    match of {
        Checksums::Takes => "takes",
        Checksums::Refuses => "refuses",
        Checksums::Try => "try",
    }
}

/// A paragraph on one, without what is as S3 has it.
fn told(of: &Provider) -> String {
    let mut lines = vec![escape(&of.name).into_owned()];
    let mut line = |name: &str, text: String| lines.push(format!("  {name:<11}{}", escape(&text)));
    if let Some(endpoint) = &of.place.endpoint {
        line("endpoint", endpoint.clone());
    }
    if !of.place.regions.is_empty() {
        let usual = of.place.region.as_deref();
        let name = |region: &String| match usual {
            Some(usual) if usual == region => format!("{region} (unless named)"),
            _ => region.clone(),
        };
        let names: Vec<String> = of.place.regions.iter().map(name).collect();
        line("regions", names.join(", "));
    }
    if let Some(after) = of.abort_after {
        let rest = if of.rules_replace_it {
            "; rules of the bucket stand in for it"
        } else {
            ""
        };
        let span = human::age(after);
        line("deadline", format!("{span} after initiation{rest}"));
    }
    if !of.lifecycle {
        line("lifecycle", "no rule can end an upload".to_owned());
    }
    let limits = limits(&of.limits);
    if !limits.is_empty() {
        line("limits", limits);
    }
    match of.checksums {
        Checksums::Try => {}
        known => line("checksums", checksums(known).to_owned()),
    }
    if of.exact_prefix_only {
        let text = "a prefix finds only the key that equals it";
        line("listing", text.to_owned());
    } else if !of.listing.is_empty() {
        let words: Vec<&str> = of
            .listing
            .iter()
            .map(|trust: &Trust| trust.word())
            .collect();
        line("listing", format!("as S3: {}", words.join(", ")));
    }
    if let Some(style) = of.addressing {
        line("addressing", addressing(style).to_owned());
    }
    if !of.prices.is_empty() {
        let price = |(class, rate): (&String, &crate::model::provider::Rate)| {
            let class = if class.is_empty() { "others" } else { class };
            format!("{class} {:.4}", rate.dollars())
        };
        let prices: Vec<String> = of.prices.iter().map(price).collect();
        line("US$/GiB/mo", format!("{} (estimate)", prices.join(", ")));
    }
    lines.join("\n") + "\n"
}

fn limits(of: &Limits) -> String {
    let usual = Limits::default();
    let mut told = Vec::new();
    for (name, value, s3) in [
        ("parts from", of.min_part, usual.min_part),
        ("parts to", of.max_part, usual.max_part),
        ("objects to", of.max_object, usual.max_object),
        ("one request to", of.max_put, usual.max_put),
    ] {
        if value != s3 {
            told.push(format!("{name} {}", human::size(value)));
        }
    }
    if of.max_parts != usual.max_parts {
        told.push(format!("{} parts", human::count(of.max_parts.into())));
    }
    if of.equal_parts {
        told.push("equal parts".to_owned());
    }
    told.join(", ")
}
