//! Where requests go.

use super::*;

#[derive(Debug, Clone, Default)]
struct Recorder(std::sync::Arc<std::sync::Mutex<String>>);

impl aws_sdk_s3::config::Intercept for Recorder {
    fn name(&self) -> &'static str {
        "recorder"
    }

    fn read_before_transmit(
        &self,
        context: &aws_sdk_s3::config::interceptors::BeforeTransmitInterceptorContextRef<'_>,
        _: &aws_sdk_s3::config::RuntimeComponents,
        _: &mut aws_sdk_s3::config::ConfigBag,
    ) -> Result<(), aws_sdk_s3::error::BoxError> {
        context
            .request()
            .uri()
            .clone_into(&mut self.0.lock().unwrap());
        Err("nothing is sent".into())
    }
}

async fn address_of_photos(addressing: Addressing, endpoint: Option<&str>) -> String {
    let options = ConnectOptions {
        addressing,
        endpoint: endpoint.map(ToOwned::to_owned),
        region: Some("eu-west-1".to_owned()),
        sign: false,
        ..ConnectOptions::default()
    };
    address(&options, endpoint, "photos").await
}

/// Where a look at the bucket would go.
async fn address(options: &ConnectOptions, endpoint: Option<&str>, bucket: &str) -> String {
    let shared = loader(options).unwrap().load().await;
    let place = place(options, endpoint).unwrap();
    let endpoint = options.endpoint.clone();
    let recorder = Recorder::default();
    let region = options.region.clone().unwrap_or_default();
    let config = template(options, &shared, &place, endpoint, None)
        .region(Region::new(region))
        .interceptor(recorder.clone())
        .build();
    let client = aws_sdk_s3::Client::from_conf(config);
    let _ = client.head_bucket().bucket(bucket).send().await;
    recorder.0.lock().unwrap().clone()
}

#[tokio::test]
async fn custom_endpoints_get_paths_and_aws_gets_hosts_unless_told_otherwise() {
    let custom = Some("http://store.example:9000");
    for (addressing, endpoint, address) in [
        (Addressing::Auto, custom, "http://store.example:9000/photos"),
        (Addressing::Path, custom, "http://store.example:9000/photos"),
        (
            Addressing::Virtual,
            custom,
            "http://photos.store.example:9000/",
        ),
        (
            Addressing::Auto,
            None,
            "https://photos.s3.eu-west-1.amazonaws.com/",
        ),
        (
            Addressing::Path,
            None,
            "https://s3.eu-west-1.amazonaws.com/photos",
        ),
    ] {
        let asked = address_of_photos(addressing, endpoint).await;
        assert_eq!(asked.trim_end_matches('/'), address.trim_end_matches('/'));
    }
}

#[tokio::test]
async fn a_provider_that_takes_no_paths_gets_hosts_and_makes_its_own_endpoint() {
    let profile = Provider {
        name: "mine".to_owned(),
        hosts: vec!["store.example".to_owned()],
        addressing: Some(OfProvider::Virtual),
        place: crate::model::provider::Place {
            endpoint: Some("https://oss-{region}.store.example".to_owned()),
            regions: vec!["a".to_owned(), "b".to_owned()],
            region: Some("a".to_owned()),
        },
        ..Provider::default()
    };
    let mut options = ConnectOptions {
        profiles: vec![profile],
        endpoint: Some("http://store.example:9000".to_owned()),
        region: Some("b".to_owned()),
        sign: false,
        ..ConnectOptions::default()
    };
    let asked = address(&options, options.endpoint.as_deref(), "photos").await;
    assert_eq!(asked, "http://photos.store.example:9000/");
    options.addressing = Addressing::Path;
    let asked = address(&options, options.endpoint.as_deref(), "photos").await;
    assert_eq!(asked, "http://store.example:9000/photos/");
    options.provider = Some("mine".to_owned());
    options.endpoint = None;
    let made = suggested(&options, Some("us-east-1")).unwrap().unwrap();
    assert_eq!(made.endpoint, "https://oss-b.store.example");
    options.region = None;
    let made = suggested(&options, Some("us-east-1")).unwrap().unwrap();
    assert_eq!(made.region.as_deref(), Some("a"));
}

#[tokio::test]
async fn a_directory_bucket_is_asked_in_its_zone() {
    let options = ConnectOptions {
        region: Some("us-east-1".to_owned()),
        sign: false,
        ..ConnectOptions::default()
    };
    let asked = address(&options, None, "fast--use1-az4--x-s3").await;
    let zone = "https://fast--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com";
    assert!(asked.starts_with(zone), "{asked}");
}

#[test]
fn keys_do_not_show() {
    let keys = StaticCredentials {
        access_key_id: "AKIA".to_owned(),
        secret_access_key: "hush".to_owned(),
    };
    assert!(!format!("{keys:?}").contains("hush"));
}
