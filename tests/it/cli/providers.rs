//! Providers by name and region, and what the doctor does with `--write`.

use mopup::protocol::Operation;

use super::*;

fn configure(shop: &Shop, text: &str) {
    let file = shop.home.path().join("config/mopup/config.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

fn without_endpoint(shop: &Shop, args: &[&str]) -> Ended {
    let mut command = shop.command(args);
    command.env_remove("AWS_ENDPOINT_URL_S3");
    Ended::of(command.output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_follows_from_the_provider_and_the_region() {
    let shop = Shop::open().await;
    shop.upload("k", Some("u"), 1, HOUR * 200);
    let endpoint = shop.server.endpoint();
    let port = endpoint.rsplit(':').next().unwrap().to_owned();
    let mine = format!(
        "[providers.mine]\nendpoint = \"http://{{region}}:{port}\"\nregions = [\"elsewhere\", \"localhost\"]\n\
         region = \"elsewhere\"\n"
    );
    configure(&shop, &mine);
    let listed = without_endpoint(
        &shop,
        &[
            "ls",
            "--json",
            "s3://attic",
            "--provider",
            "mine",
            "--region",
            "localhost",
        ],
    );
    let listed = listed.with_code(0);
    assert_eq!(listed.json()["uploads"][0]["upload_id"], "u");
    assert_eq!(listed.err, "");
    let doctor = without_endpoint(
        &shop,
        &[
            "doctor",
            "--json",
            "--provider",
            "mine",
            "--region",
            "localhost",
        ],
    );
    let document = doctor.with_code(0).json();
    assert_eq!(document["endpoint"], format!("http://localhost:{port}"));
    assert_eq!(document["region"], "localhost");
    // The environment goes before the provider, and the option before both.
    let given = shop.run(&[
        "ls",
        "--json",
        "s3://attic",
        "--provider",
        "mine",
        "--region",
        "x",
    ]);
    assert_eq!(given.with_code(0).json()["uploads"][0]["upload_id"], "u");
    // It may be the configuration's.
    configure(&shop, &format!("provider = \"mine\"\n{mine}"));
    let named = without_endpoint(&shop, &["ls", "s3://attic", "--region", "localhost"]);
    named.with_code(0);
    let unknown = without_endpoint(&shop, &["ls", "s3://attic", "--region", "localhosd"]);
    assert!(
        unknown
            .err
            .contains("no known region of mine; did you mean 'localhost'?"),
        "{unknown:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_cannot_be_made_says_what_to_give() {
    let shop = Shop::open().await;
    let ended = without_endpoint(&shop, &["ls", "s3://b", "--provider", "r2"]).with_code(1);
    let wanted = "--endpoint-url https://ACCOUNT.r2.cloudflarestorage.com";
    assert!(ended.err.contains(wanted), "{ended:?}");
    let ended = without_endpoint(&shop, &["ls", "s3://b", "--provider", "b2"]).with_code(1);
    assert!(ended.err.contains("give --region"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_providers_is_listed() {
    let shop = Shop::open().await;
    configure(&shop, "[providers.r2]\nabort_after = \"3d\"\n");
    let all = shop.run(&["providers", "--json"]).with_code(0).json();
    let found = all["providers"].as_array().unwrap();
    let r2 = found.iter().find(|of| of["name"] == "r2").unwrap();
    assert_eq!(r2["abort_after"], 3 * 86_400);
    assert_eq!(r2["rules_replace_it"], true);
    assert_eq!(r2["prices"]["STANDARD_IA"], 0.0107);
    let one = shop.run(&["providers", "scaleway"]).with_code(0).out;
    assert!(
        one.contains("1,000 parts") && one.contains("nl-ams"),
        "{one}"
    );
    let wrong = shop.run(&["providers", "scalewy"]).with_code(2);
    assert!(wrong.err.contains("did you mean 'scaleway'?"), "{wrong:?}");
    let completions = shop.run(&["completions", "bash"]).with_code(0).out;
    assert!(completions.contains("digitalocean"), "names are completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_are_the_providers_unless_the_person_sets_them() {
    let shop = Shop::open().await;
    shop.upload("k", None, 200, HOUR * 200);
    let cost = |text: &str| {
        configure(&shop, text);
        let du = shop.run(&["du", "s3://attic", "--json", "--provider", "mine"]);
        let document = du.with_code(0).json();
        let cost = &document["total"]["cost_per_month"];
        cost.as_f64().unwrap_or_else(|| panic!("{document}"))
    };
    let plain = cost("[providers.mine]\n");
    let theirs = cost("[providers.mine]\nprices = { STANDARD_IA = 0.125 }\n");
    assert!((theirs / plain - 10.0).abs() < 0.1, "{plain} {theirs}");
    let ours =
        cost("[prices]\nSTANDARD_IA = 1.25\n[providers.mine]\nprices = { STANDARD_IA = 0.125 }\n");
    assert!((ours / plain - 100.0).abs() < 1.0, "{plain} {ours}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_listed_alone() {
    let shop = Shop::open().await;
    for key in ["a", "a/b", "ab"] {
        shop.upload(key, None, 1, HOUR * 200);
    }
    let listed = shop.run(&["ls", "--key", "s3://attic/a", "--json"]);
    let document = listed.with_code(0).json();
    let uploads = document["uploads"].as_array().unwrap();
    assert_eq!(uploads.len(), 1, "{document}");
    assert_eq!(uploads[0]["key"], "a");
    // Neither covers the other.
    let both = shop.run(&["ls", "--key", "s3://attic/a", "s3://attic/ab", "--jsonl"]);
    assert_eq!(both.with_code(0).lines().len(), 2);
    let warned = shop.run(&["ls", "s3://attic/a", "--provider", "minio"]);
    assert!(warned.err.contains("--key asks for"), "{warned:?}");
    shop.run(&["ls", "--key"]).with_code(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_writes_only_when_told_and_leaves_nothing() {
    let shop = Shop::open().await;
    shop.upload("k", Some("u"), 1, HOUR * 200);
    let before = shop.run(&["ls", "--sized", "--json"]).with_code(0).json();
    let found = shop.run(&["doctor", "s3://attic", "--write", "--json"]);
    let document = found.with_code(0).json();
    let check = |name: &str| {
        let checks = document["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["check"] == name);
        check
            .unwrap_or_else(|| panic!("no {name} in {document}"))
            .clone()
    };
    for name in [
        "begin uploads",
        "send parts",
        "checksums",
        "odd keys",
        "remove it again",
    ] {
        assert_eq!(check(name)["status"], "ok", "{name}");
    }
    assert_eq!(document["policy"]["Version"], "2012-10-17");
    let after = shop.run(&["ls", "--sized", "--json"]).with_code(0).json();
    assert_eq!(before["uploads"], after["uploads"]);
    let objects = shop.store.objects("attic", "", "", 10).unwrap();
    assert!(objects.found.is_empty(), "no object is made");
    let refused = shop.run(&["doctor", "s3://attic", "--write", "--read-only"]);
    let refused = refused.with_code(1);
    assert!(refused.err.contains("read-only mode"), "{refused:?}");
    assert_eq!(refused.out, "");
    shop.store
        .deny("attic", Operation::AbortMultipartUpload, "mopup-doctor-");
    let left = shop
        .run(&["doctor", "s3://attic", "--write"])
        .with_code(1)
        .out;
    assert!(left.contains("left behind"), "{left}");
    assert!(
        left.contains("mopup abort 's3://attic/mopup-doctor-"),
        "{left}"
    );
}
