//! The form as an order, and an order as the form's beginning.

use std::collections::BTreeMap;

use super::check;
use super::field::Field;
use super::form::{Form, default_key};
use crate::app::text::Line;
use crate::model::checksum::{Algorithm, ChecksumWish};
use crate::model::human::size_argument;
use crate::model::send::{Encryption, KeySource, Order, PayloadSigning, Source};

/// Positions among the choices of [`Field::Encryption`].
pub(super) const KMS: usize = 2;
pub(super) const CUSTOMER: usize = 3;

impl Form {
    /// Writes the defaults into the fields.
    pub(super) fn fill(&mut self) {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let size = |bytes: Option<u64>| bytes.map(size_argument);
        let options = &self.base.options;
        let (encryption, kms) = match &options.encryption {
            Encryption::Default => (0, None),
            Encryption::S3 => (1, None),
            Encryption::Kms { key_id } => (KMS, key_id.clone()),
            Encryption::Customer => (CUSTOMER, None),
        };
        let source = match &self.base.customer_key_from {
            Some(KeySource::File(path)) => path.display().to_string(),
            Some(KeySource::Variable(name)) => format!("${name}"),
            None => String::new(),
        };
        let texts = [
            (Field::Key, default_key(&self.picked, &self.base.key)),
            (Field::Class, text(&options.storage_class)),
            (Field::ContentType, text(&options.content_type)),
            (Field::KmsKey, kms.unwrap_or_default()),
            (Field::CustomerKey, source),
            (Field::Metadata, written(&options.metadata)),
            (Field::Tags, written(&options.tags)),
            (Field::Acl, text(&options.acl)),
            (Field::Owner, text(&self.base.access.expected_owner)),
            (Field::PartSize, text(&size(self.base.wish.part_size))),
            (
                Field::Width,
                text(&self.base.wish.width.map(|n| n.to_string())),
            ),
            (Field::Rate, text(&size(self.base.pace.limit))),
        ];
        let choices = [
            (Field::NoOverwrite, usize::from(self.base.if_none_match)),
            (Field::Encryption, encryption),
            (Field::Checksum, checksum_choice(self.base.checksum)),
            (Field::Signing, signing_choice(self.base.signing)),
        ];
        self.texts = texts
            .into_iter()
            .map(|(field, text)| (field, Line::new(text)))
            .collect();
        self.choices = BTreeMap::from(choices);
    }

    /// The order as it stands, or the field that keeps it from being one.
    pub(super) fn order(&self) -> Result<Order, Field> {
        let text = |field: Field| self.text(field);
        let at = |field: Field| move |_| field;
        let word = |field| check::word(text(field)).map_err(at(field));
        let header = |field| check::header(text(field)).map_err(at(field));
        let mut order = self.base.clone();
        let paths = self.picked.iter().map(|picked| picked.path.clone());
        order.sources = paths.map(Source::Path).collect();
        order.recursive = self.picked.iter().any(|picked| picked.is_directory);
        order.key = self.destination();
        order.options.storage_class = word(Field::Class)?;
        order.options.acl = word(Field::Acl)?;
        order.options.content_type = header(Field::ContentType)?;
        order.options.metadata =
            check::metadata(text(Field::Metadata)).map_err(at(Field::Metadata))?;
        order.options.tags = check::tags(text(Field::Tags)).map_err(at(Field::Tags))?;
        order.options.encryption = match self.choice(Field::Encryption) {
            0 => Encryption::Default,
            1 => Encryption::S3,
            KMS => Encryption::Kms {
                key_id: header(Field::KmsKey)?,
            },
            _ => Encryption::Customer,
        };
        order.customer_key_from = match order.options.encryption {
            Encryption::Customer => {
                Some(check::key_source(text(Field::CustomerKey)).map_err(at(Field::CustomerKey))?)
            }
            _ => None,
        };
        order.access.expected_owner = check::owner(text(Field::Owner)).map_err(at(Field::Owner))?;
        order.if_none_match = self.choice(Field::NoOverwrite) == 1;
        order.wish = self.wish()?;
        order.pace.limit = check::size(text(Field::Rate)).map_err(at(Field::Rate))?;
        order.checksum = checksum_of(self.choice(Field::Checksum));
        order.signing = signing_of(self.choice(Field::Signing));
        Ok(order)
    }
}

/// Pairs as they are typed.
fn written(pairs: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| format!("{name}={}", value.replace(',', "\\,"));
    pairs.iter().map(pair).collect::<Vec<_>>().join(", ")
}

fn checksum_choice(wish: ChecksumWish) -> usize {
    match wish {
        ChecksumWish::Auto => 0,
        ChecksumWish::None => 1,
        ChecksumWish::Of(of) => {
            let at = Algorithm::ALL.iter().position(|known| *known == of);
            at.map_or(0, |at| at + 2)
        }
    }
}

fn checksum_of(choice: usize) -> ChecksumWish {
    let of = choice.checked_sub(2).and_then(|at| Algorithm::ALL.get(at));
    match (choice, of) {
        (_, Some(of)) => ChecksumWish::Of(*of),
        (1, None) => ChecksumWish::None,
        _ => ChecksumWish::Auto,
    }
}

const SIGNINGS: [PayloadSigning; 3] = [
    PayloadSigning::Auto,
    PayloadSigning::Always,
    PayloadSigning::Never,
];

fn signing_choice(signing: PayloadSigning) -> usize {
    let at = SIGNINGS.iter().position(|known| *known == signing);
    at.unwrap_or(0)
}

fn signing_of(choice: usize) -> PayloadSigning {
    SIGNINGS.get(choice).copied().unwrap_or_default()
}
