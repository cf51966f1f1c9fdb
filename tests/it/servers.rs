//! The contract on servers that nobody here wrote. `.ci/servers` installs them, starts them on loopback
//! and names them in the environment; without that these tests say that they were skipped.

use std::env;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};

use crate::contract::{Caps, contract, sdk_store};

/// The endpoint that the variable names. Says so where everybody sees it when there is none.
fn endpoint(variable: &str) -> Option<String> {
    let endpoint = env::var(variable).ok().filter(|value| !value.is_empty());
    if endpoint.is_none() {
        // Not eprintln!, which the test harness would swallow.
        let line = format!(
            "SKIPPED: {variable} is not set; run `.ci/servers run cargo test --locked --test it servers`\n"
        );
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
    }
    endpoint
}

async fn run(endpoint: String, mut caps: Caps, access_key: &str, secret_key: &str) {
    caps.store = sdk_store(&endpoint, access_key, secret_key);
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .force_path_style(true)
        .credentials_provider(Credentials::new(access_key, secret_key, None, None, "test"))
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    caps.make_bucket = Box::new(move |name| {
        let client = client.clone();
        Box::pin(async move {
            client.create_bucket().bucket(name).send().await.unwrap();
        })
    });
    contract(caps).await;
}
