//! `[prices]`, and the table that is used without one.

use std::path::Path;

use toml::de::DeTable;

use super::error::ConfigError;
use super::read::Source;
use crate::model::cost::Prices;

const TABLE: &str = include_str!("../../assets/prices.toml");

pub(super) fn defaults() -> Result<Prices, ConfigError> {
    let source = Source {
        path: Path::new("assets/prices.toml"),
        text: TABLE,
    };
    let mut prices = Prices::default();
    merge(&source, &source.document()?, &mut prices)?;
    // Nobody set these.
    prices.own.clear();
    Ok(prices)
}

/// Storage classes are the service's words, of which vendors have their own: any name is taken.
pub(super) fn merge<'a>(
    source: &Source<'a>,
    table: &DeTable<'a>,
    prices: &mut Prices,
) -> Result<(), ConfigError> {
    for (name, value) in table {
        match name.get_ref().as_ref() {
            "fallback" => {
                prices.fallback = source.amount(value)?;
                prices.own.insert("fallback".to_owned());
            }
            "list_requests" => prices.list_requests = source.amount(value)?,
            "put_requests" => put_requests(source, source.table(value)?, prices)?,
            class => {
                let amount = source.amount(value)?;
                prices.storage.insert(class.to_owned(), amount);
                prices.own.insert(class.to_owned());
            }
        }
    }
    Ok(())
}

fn put_requests<'a>(
    source: &Source<'a>,
    table: &DeTable<'a>,
    prices: &mut Prices,
) -> Result<(), ConfigError> {
    for (name, value) in table {
        let amount = source.amount(value)?;
        match name.get_ref().as_ref() {
            "fallback" => prices.put_fallback = amount,
            class => {
                prices.put_requests.insert(class.to_owned(), amount);
            }
        }
    }
    Ok(())
}
