//! Answers that look whole but are not: the SDK's reader stops at the first thing that it cannot read and
//! takes what it has for all there is, which would hide buckets without a word.

use aws_sdk_s3::config::interceptors::AfterDeserializationInterceptorContextRef as Context;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;

use crate::s3::document::{holds_control_byte, is_whole_xml};

/// Turns a listing that was read in part into an error.
#[derive(Debug)]
pub(super) struct WholeListings;

impl Intercept for WholeListings {
    fn name(&self) -> &'static str {
        "whole listings"
    }

    fn read_after_deserialization(
        &self,
        context: &Context<'_>,
        _components: &RuntimeComponents,
        _bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Ok(output) = context.output_or_error() else {
            return Ok(());
        };
        let Some(page) = output.downcast_ref::<ListBucketsOutput>() else {
            return Ok(());
        };
        let body = context.response().body().bytes().unwrap_or_default();
        let sent = count(body, "<Bucket>");
        if page.buckets().len() < sent || holds_control_byte(body) || !is_whole_xml(body) {
            return Err("the listing was read in part".into());
        }
        Ok(())
    }
}

/// How often the element begins; beyond measure when the body is not text at all.
fn count(body: &[u8], element: &str) -> usize {
    std::str::from_utf8(body).map_or(usize::MAX, |text| text.matches(element).count())
}
