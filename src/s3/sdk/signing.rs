//! Signing for what is not AWS: one service, `s3`, whatever a bucket is called.
//!
//! The SDK signs requests about a directory bucket for a service of its own, which only AWS knows, although it is
//! told to keep no sessions there.

use aws_sdk_s3::config::endpoint::{
    DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint,
};
use aws_smithy_types::endpoint::EndpointAuthScheme;

/// The service that AWS alone has.
const ZONAL: &str = "s3express";

/// Resolves as the SDK does, and signs for `s3`.
#[derive(Debug, Default)]
pub(super) struct PlainSigning(DefaultResolver);

impl ResolveEndpoint for PlainSigning {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::new(async move {
            let endpoint = self.0.resolve_endpoint(params).await?;
            Ok(plain(endpoint))
        })
    }
}

fn plain(endpoint: Endpoint) -> Endpoint {
    let is_zonal = |scheme: &EndpointAuthScheme| {
        scheme.get("signingName").and_then(|name| name.as_string()) == Some(ZONAL)
    };
    if !endpoint.auth_schemes().iter().any(is_zonal) {
        return endpoint;
    }
    let mut builder = Endpoint::builder().url(endpoint.url().to_owned());
    for (name, property) in endpoint.properties() {
        builder = builder.property(name.clone(), property.clone());
    }
    for scheme in endpoint.auth_schemes() {
        let mut signed = EndpointAuthScheme::with_capacity("sigv4", 3)
            .put("signingName", "s3")
            .put("disableDoubleEncoding", true);
        if let Some(region) = scheme.get("signingRegion") {
            signed = signed.put("signingRegion", region.clone());
        }
        builder = builder.auth_scheme(signed);
    }
    builder.build()
}
